package io.kubetun.kernel.profile;

/** The forms of values, the same for the reader and for the JSON schema (ECMA-262 syntax). */
final class OptionPatterns {
    static final String NUMBER = "^[+-]?[0-9]{1,18}$";
    static final String DURATION =
            "^[0-9]{1,9}(\\.[0-9]{1,9})? *(ns|nanos?|nanoseconds?|us|micros?|microseconds?|ms|millis?|milliseconds?"
                    + "|s|seconds?|m|minutes?|h|hours?|d|days?)$";
    static final String ADDRESS = "^(\\[[0-9a-fA-F:.]+(%[^\\]\\s]+)?\\]|[^:\\s\\[\\]]+):[0-9]{1,5}$";

    private OptionPatterns() {}
}
