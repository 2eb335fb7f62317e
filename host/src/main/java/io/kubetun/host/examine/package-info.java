/** Whether this machine is as kubetun needs it. */
package io.kubetun.host.examine;
