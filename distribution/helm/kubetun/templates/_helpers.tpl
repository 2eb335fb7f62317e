{{- define "kubetun.labels" -}}
app.kubernetes.io/part-of: kubetun
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- /* By these labels sessions find the pods of a gateway. */}}
{{- define "kubetun.gateway.selector" -}}
app.kubernetes.io/name: kubetun-gateway
kubetun.io/gateway: {{ .Values.gateway.name }}
{{- end }}

{{- /* What a session needs in a namespace, whatever its mode; the pods only to look names up. */}}
{{- define "kubetun.rules.names" -}}
- apiGroups: [""]
  resources: [services, pods]
  verbs: [get, list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
{{- end }}

{{- define "kubetun.rules.portforward" -}}
- apiGroups: [""]
  resources: [pods/portforward]
  verbs: [get, create]
{{- end }}

{{- define "kubetun.rules.socks" -}}
{{ include "kubetun.rules.names" . }}
{{ include "kubetun.rules.portforward" . }}
{{- end }}

{{- define "kubetun.rules.forward" -}}
{{ include "kubetun.rules.socks" . }}
{{- end }}

{{- define "kubetun.rules.tun" -}}
{{ include "kubetun.rules.socks" . }}
{{- end }}

{{- define "kubetun.rules.dns" -}}
{{ include "kubetun.rules.names" . }}
{{- end }}

{{- define "kubetun.rules.intercept" -}}
{{ include "kubetun.rules.socks" . }}
- apiGroups: [""]
  resources: [pods/ephemeralcontainers]
  verbs: [patch]
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [get, list, watch, patch]
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [get]
- apiGroups: [""]
  resources: [services]
  verbs: [patch]
- apiGroups: [""]
  resources: [namespaces]
  verbs: [get]
- apiGroups: [""]
  resources: [events]
  verbs: [list]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get, watch, create, patch, delete]
{{- end }}

{{- define "kubetun.rules.gatewayUser" -}}
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
{{ include "kubetun.rules.portforward" . }}
{{- end }}

{{- define "kubetun.rules.gatewayDeployer" -}}
{{ include "kubetun.rules.gatewayUser" . }}
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [serviceaccounts]
  verbs: [create]
{{- end }}
