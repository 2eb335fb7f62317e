package io.kubetun.kube.portforward;

/** What a {@link Link} remembers of one of its flows. Confined to the link's event loop. */
final class StreamState {
    /** An error message longer than this is cut. */
    static final int MAX_MESSAGE = 4096;

    private final StringBuilder message = new StringBuilder(0);
    private int id;
    private boolean finHeld;
    private boolean finSent;
    private boolean dataEnded;
    private boolean errorEnded;
    private boolean stalled;
    private int ticksWithoutProgress;
    private long handedOnAtTick;
    private long finHeldAt;

    /** The number by which the link knows the flow. */
    int id() {
        return id;
    }

    void id(int value) {
        id = value;
    }

    /** Whether our side's end has been told to the pod. */
    boolean isFinSent() {
        return finSent;
    }

    void finSent() {
        finSent = true;
        finHeld = false;
    }

    /** Whether our side has ended and the pod has not been told yet. */
    boolean isFinHeld() {
        return finHeld;
    }

    long finHeldAt() {
        return finHeldAt;
    }

    void holdFin(long now) {
        finHeld = true;
        finHeldAt = now;
    }

    /** Whether the pod's side is gone: what is sent now is lost. */
    boolean isOver() {
        return dataEnded && errorEnded;
    }

    void dataEnded() {
        dataEnded = true;
    }

    void errorEnded() {
        errorEnded = true;
    }

    /** Whether its reader makes no progress and the link reads on for the others. */
    boolean isStalled() {
        return stalled;
    }

    void stalled(boolean value) {
        stalled = value;
        ticksWithoutProgress = 0;
    }

    /** Counts the ticks in which the reader took nothing. */
    int tick(long handedOn) {
        ticksWithoutProgress = handedOn == handedOnAtTick ? ticksWithoutProgress + 1 : 0;
        handedOnAtTick = handedOn;
        return ticksWithoutProgress;
    }

    /** Adds to what the error stream says. */
    void say(String text) {
        message.append(text, 0, Math.min(text.length(), MAX_MESSAGE - message.length()));
    }

    String message() {
        return message.toString();
    }
}
