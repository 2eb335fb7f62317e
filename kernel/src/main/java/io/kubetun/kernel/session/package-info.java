/** Sessions: one profile joined to one cluster, all of its modes or none. */
package io.kubetun.kernel.session;
