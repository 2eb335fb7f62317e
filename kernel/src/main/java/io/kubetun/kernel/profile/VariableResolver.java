package io.kubetun.kernel.profile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.Map;

/** Gives what a profile refers to and does not say itself: an environment variable, or a value of a further layer. */
record VariableResolver(Map<String, String> environment, Config further) implements ConfigResolver {
    @Override
    public ConfigValue lookup(String path) {
        if (further.hasPath(path)) {
            return further.getValue(path);
        }
        String value = environment.get(path);
        // Null is how this library says that there is none.
        return value == null ? null : ConfigValueFactory.fromAnyRef(value, path);
    }

    @Override
    public ConfigResolver withFallback(ConfigResolver fallback) {
        return this;
    }
}
