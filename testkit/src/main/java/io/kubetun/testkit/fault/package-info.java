/** What can go wrong, as code. */
package io.kubetun.testkit.fault;
