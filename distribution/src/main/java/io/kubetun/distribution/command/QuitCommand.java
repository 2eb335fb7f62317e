package io.kubetun.distribution.command;

import io.kubetun.kernel.control.ControlClient;
import io.kubetun.kernel.control.Kernels;
import io.kubetun.spi.ErrorCode;
import io.kubetun.spi.KubetunException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Model.CommandSpec;

/** {@code kubetun quit}: ends all sessions and the kernels that host them. */
final class QuitCommand implements Callable<Integer> {
    private static final long LIMIT_SECONDS = 10;

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final Kernels kernels;

    QuitCommand(Kernels kernels) {
        this.kernels = kernels;
        spec.usageMessage().description("Ends all sessions of this user and the background kernel.");
    }

    CommandSpec spec() {
        return spec;
    }

    @Override
    public Integer call() throws KubetunException, InterruptedException {
        int ended = 0;
        for (ControlClient kernel : kernels.all()) {
            Optional<Long> process = kernel.isThere() ? Optional.of(kernel.quit()) : Optional.empty();
            if (process.isPresent()) {
                awaitEnd(process.get());
                ended++;
            }
        }
        System.err.println(ended == 0 ? "Nothing was running." : "All sessions have ended. Nothing is left behind.");
        return 0;
    }

    private static void awaitEnd(long pid) throws KubetunException, InterruptedException {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        try {
            if (process.isPresent()) {
                process.get().onExit().get(LIMIT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new KubetunException(
                    ErrorCode.KERNEL_UNUSABLE,
                    "the sessions have ended, but process " + pid + " has not",
                    "it did not end within " + LIMIT_SECONDS + " s",
                    "End it: kill " + pid,
                    e);
        }
    }
}
