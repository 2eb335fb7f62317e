package io.kubetun.distribution.output;

import java.util.ArrayList;
import java.util.List;

/** Left-aligned columns under upper-case titles, as kubectl prints them. Not thread-safe. */
public final class Table {
    private static final int GAP = 3;

    private final List<List<String>> rows = new ArrayList<>();

    /**
     * Makes a table.
     *
     * @param titles the first row
     */
    public Table(String... titles) {
        rows.add(List.of(titles));
    }

    /**
     * Adds a row.
     *
     * @param cells one a column
     */
    public void row(String... cells) {
        rows.add(List.of(cells));
    }

    /**
     * Renders all rows.
     *
     * @return lines, without a final line break
     */
    public String render() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + GAP);
            }
            lines.add(line.toString().stripTrailing());
        }
        return String.join("\n", lines);
    }
}
