/** The user's credentials and the TLS of the connection to the API server. */
package io.kubetun.kube.auth;
