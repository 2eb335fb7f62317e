package io.kubetun.host.helper;

import io.kubetun.spi.KubetunException;
import io.kubetun.spi.host.Effect;
import java.util.Map;

/**
 * An effect that the helper makes and journals.
 *
 * @param described the same effect as this process would make it
 * @param helper who makes it
 * @param request how to ask for it
 */
record HelperEffect(Effect described, HelperClient helper, Request request) implements Effect {
    @Override
    public String kind() {
        return described.kind();
    }

    @Override
    public String key() {
        return described.key();
    }

    @Override
    public String preview() {
        return described.preview();
    }

    @Override
    public Map<String, String> data() {
        return described.data();
    }

    @Override
    public boolean keptByHelper() {
        return true;
    }

    @Override
    public void apply() throws KubetunException {
        helper.call(request);
    }

    @Override
    public void undo() throws KubetunException {
        helper.call(new Request.Undo(kind(), key()));
    }
}
