package io.kubetun.testkit.pod;

import java.util.List;

/** What a pod does when a command is run in it. Called on a virtual thread: it may block. */
@FunctionalInterface
public interface ExecFunction {
    /**
     * Runs a command.
     *
     * @param command the command and its arguments
     * @return what it printed and how it ended
     * @throws Exception told as a failure of the command, exit status 126
     */
    Result run(List<String> command) throws Exception;

    /**
     * How a command ended.
     *
     * @param exitStatus 0 to 255
     * @param stdout what it wrote to its output
     * @param stderr what it wrote to its error output
     */
    record Result(int exitStatus, String stdout, String stderr) {
        /**
         * A success.
         *
         * @param stdout what it wrote
         * @return exit status 0
         */
        public static Result ok(String stdout) {
            return new Result(0, stdout, "");
        }
    }
}
