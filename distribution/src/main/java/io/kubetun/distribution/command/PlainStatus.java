package io.kubetun.distribution.command;

import io.kubetun.distribution.output.Format;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.kernel.session.SessionStatus;
import io.kubetun.spi.KubetunException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code kubetun status [ID] [-o FORMAT]} in its plain form, read without picocli: its classes are of a version (Java 5) that no
 * cache of classes takes, and reading them is a third of the time that this command has. Whatever else is typed is
 * {@link StatusCommand}'s.
 *
 * @param id the only session to show, by id or profile; all if empty
 * @param format the format's name as it was typed
 */
public record PlainStatus(Optional<String> id, String format) {
    /**
     * Reads a command line.
     *
     * @param arguments all of it
     * @return what is asked for; empty if it is not the plain form
     */
    public static Optional<PlainStatus> of(String... arguments) {
        if (arguments.length == 0 || !arguments[0].equals("status")) {
            return Optional.empty();
        }
        PlainStatus read = new PlainStatus(Optional.empty(), "table");
        for (int i = 1; i < arguments.length; i++) {
            String argument = arguments[i];
            boolean isFormat = (argument.equals("-o") || argument.equals("--output")) && i + 1 < arguments.length;
            if (isFormat) {
                i++;
                read = new PlainStatus(read.id, arguments[i]);
            } else if (isId(argument) && read.id.isEmpty()) {
                read = new PlainStatus(Optional.of(argument), read.format);
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(read);
    }

    private static boolean isId(String argument) {
        // picocli would take @file for a file of arguments.
        return !argument.isEmpty() && !argument.startsWith("-") && !argument.startsWith("@");
    }

    /**
     * Asks the kernels of a user.
     *
     * @param controlSockets the folder of their control sockets
     * @return what to print
     * @throws KubetunException if there is no such session or format, or a kernel is of another version
     */
    public String ask(Path controlSockets) throws KubetunException {
        return render(new Kernels(controlSockets), id, Format.parse(format));
    }

    static String render(Kernels kernels, Optional<String> id, Format format) throws KubetunException {
        List<SessionStatus> sessions =
                id.isEmpty() ? kernels.status() : List.of(kernels.find(id.get()).session());
        return StatusOutput.render(sessions, format);
    }
}
