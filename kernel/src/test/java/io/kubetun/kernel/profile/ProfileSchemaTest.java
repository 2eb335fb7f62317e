package io.kubetun.kernel.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.kubetun.spi.ModeDescriptor;
import io.kubetun.spi.ModeDescriptor.Option;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfileSchemaTest {
    @Test
    void describesEveryKeyAndNoOther() {
        Config schema = ConfigFactory.parseString(
                Profiles.schema().toJsonSchema(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
        assertThat(schema.getString("\"$schema\"")).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        String modes = "properties.kubetun.properties.modes";
        for (String block : List.of(
                "",
                "properties.kubetun.",
                "properties.kubetun.properties.cluster.",
                modes + ".",
                modes + ".properties.socks.",
                modes + ".properties.hosts-fwd.")) {
            assertThat(schema.getBoolean(block + "additionalProperties"))
                    .as(block)
                    .isFalse();
        }
        Config socks = schema.getConfig(modes + ".properties.socks.properties");
        assertThat(socks.root()).containsOnlyKeys("listen", "limit", "password-file");
        assertThat(socks.getString("listen.default")).isEqualTo("127.0.0.1:1080");
        assertThat("[::1]:80").matches(socks.getString("listen.pattern"));
        assertThat("1080").doesNotMatch(socks.getString("listen.pattern"));
        assertThat(schema.getBoolean(modes + ".properties.hosts-fwd.properties.all-namespaces.default"))
                .isFalse();
        assertThat(schema.getString("properties.kubetun.properties.cluster.properties.context.description"))
                .isEqualTo("The context.");
    }

    @Test
    void refusesADefaultOfAnotherType() {
        Option wrong =
                Option.of("limit", ModeDescriptor.Type.NUMBER, "How many.").orElse("many");
        assertThatThrownBy(() -> new ProfileSchema(List.of(wrong), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit");
    }
}
