/**
 * From a watched Service to an open listener: {@code ServicePlan} says what a Service should have, {@code AddressBook}
 * where, {@code NameTable} under which names, and {@code Forwards} makes it so, one change at a time.
 */
package io.kubetun.plugin.hostsfwd;
