package io.kubetun.distribution;

import io.kubetun.distribution.command.CommandTree;
import io.kubetun.distribution.command.PlainStatus;
import io.kubetun.distribution.logging.Logging;
import io.kubetun.kernel.KernelSettings;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point of the {@code kubetun} command. */
public final class Main {
    private Main() {}

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        // Scripts ask for the version often: answered before anything else is loaded.
        if (arguments.length == 1 && (arguments[0].equals("version") || arguments[0].equals("--version"))) {
            System.out.println(Version.line());
            return;
        }
        System.exit(run(Installation.fromEnvironment(), arguments));
    }

    /**
     * Runs a command.
     *
     * @param installation where things are
     * @param arguments the command line
     * @return the exit code
     */
    public static int run(Installation installation, String... arguments) {
        boolean verbose = Arrays.asList(arguments).contains("--verbose");
        Logging.configure(verbose, System.getenv("LOG_LEVEL"));
        Optional<PlainStatus> status = PlainStatus.of(arguments);
        if (status.isPresent()) {
            try {
                System.out.println(status.get().ask(KernelSettings.ofUser().runtimeFolder()));
                return 0;
            } catch (KubetunException e) {
                return report(e, verbose);
            }
        }
        CommandLine line = commands(installation, arguments);
        line.setParameterExceptionHandler(Main::wrongUsage);
        line.setExecutionExceptionHandler((error, command, parsed) -> report(error, verbose));
        return line.execute(arguments);
    }

    private static CommandLine commands(Installation installation, String... arguments) {
        CommandTree tree = new CommandTree(installation, new InstalledPlugins(installation));
        Optional<String> command = Arrays.stream(arguments).findFirst();
        return command.flatMap(tree::buildAlone)
                .or(() -> command.flatMap(tree::buildOnly))
                .orElseGet(tree::build);
    }

    private static int wrongUsage(ParameterException error, String[] arguments) {
        CommandLine command = error.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("kubetun: " + error.getMessage() + ".");
        StringWriter suggestions = new StringWriter();
        if (UnmatchedArgumentException.printSuggestions(error, new PrintWriter(suggestions, true))) {
            err.print(suggestions);
        }
        err.println("Try: " + command.getCommandSpec().qualifiedName(" ") + " --help");
        err.flush();
        return ErrorCode.USAGE.status();
    }

    private static int report(Exception error, boolean verbose) {
        ErrorCode code = switch (error) {
            case KubetunException told -> told.code();
            case InterruptedException _ -> ErrorCode.INTERRUPTED;
            default -> ErrorCode.INTERNAL;
        };
        if (code == ErrorCode.INTERNAL && !(error instanceof KubetunException)) {
            System.err.println("kubetun: something failed that should not: " + error
                    + ". Run it again with --verbose and report what it prints.");
        } else if (code != ErrorCode.INTERRUPTED) {
            System.err.println("kubetun: " + error.getMessage());
        }
        if (verbose) {
            error.printStackTrace();
        }
        return code.status();
    }
}
