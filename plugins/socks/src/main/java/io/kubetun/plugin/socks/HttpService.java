package io.kubetun.plugin.socks;

import java.util.Optional;

/**
 * What an HTTP listener serves.
 *
 * @param connect whether CONNECT
 * @param pac the PAC file, if that
 */
record HttpService(boolean connect, Optional<PacFile> pac) {}
