/** Where the API server is and who the user is: kubectl's flags, kubeconfig files, the pod's service account, proxies. */
package io.kubetun.kube.config;
