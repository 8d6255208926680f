/** Values that a chart is rendered with, and why. */
interface ChartRow {
  readonly because: string;
  readonly values: string[];
  /** More arguments of Helm. */
  readonly more?: string[];
}

/** Each switches on what the others leave out. */
export const MATRIX: readonly ChartRow[] = [
  { because: 'as it is', values: [] },
  { because: 'some namespaces', values: ['watchNamespaces=["team-a","team-b"]'] },
  { because: 'its own namespace among them', values: ['watchNamespaces=["operators"]'] },
  { because: 'get alone for Secrets', values: ['config={"secrets":{"watch":false}}'] },
  {
    because: 'two replicas that are kept apart',
    values: [
      'replicaCount=2',
      'podDisruptionBudget={"enabled":true}',
      'topologySpreadConstraints=[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway"}]',
    ],
  },
  {
    because: 'everything that watches',
    values: [
      'metrics={"serviceMonitor":{"enabled":true,"labels":{"release":"x"}},"prometheusRule":{"enabled":true},"grafanaDashboard":{"enabled":true,"annotations":{"folder":"x"}}}',
    ],
  },
  {
    because: 'scraped by Pod',
    values: ['metrics={"podMonitor":{"enabled":true},"service":{"enabled":false}}'],
  },
  {
    because: 'every restriction',
    values: [
      'admissionPolicies={"restrictIdentifiers":true,"restrictAdoption":true,"restrictOverride":true,"restrictDisableOnDeletion":true}',
      'networkPolicy={"enabled":true}',
    ],
  },
  {
    because: 'nothing that can be left out',
    values: [
      'crds={"enabled":false}',
      'rbac={"create":false,"userRoles":{"create":false}}',
      'serviceAccount={"create":false,"name":"mine"}',
      'admissionPolicies={"enabled":false}',
      'releaseFinalizersOnUninstall={"enabled":false}',
      'metrics={"service":{"enabled":false}}',
    ],
  },
  {
    because: 'every part of the Pod',
    values: [
      'commonLabels={"team":"platform"}',
      'imagePullSecrets=[{"name":"registry"}]',
      'image={"registry":"registry.example.com/","tag":"v1","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}',
      'extraEnv=[{"name":"POD_NAME","value":"mine"},{"name":"NODE_OPTIONS","value":"--trace-warnings"}]',
      'extraEnvFrom=[{"secretRef":{"name":"more"}}]',
      'extraArgs=["--log-level=debug"]',
      'extraVolumes=[{"name":"tmp","emptyDir":{"medium":"Memory"}}]',
      'extraVolumeMounts=[{"name":"tmp","mountPath":"/tmp"}]',
      'extraInitContainers=[{"name":"first","image":"first"}]',
      'extraContainers=[{"name":"second","image":"second"}]',
      'podLabels={"a":"b"}',
      'podAnnotations={"a":"b"}',
      'deploymentLabels={"a":"b"}',
      'deploymentAnnotations={"a":"b"}',
      'strategy={"type":"Recreate"}',
      'priorityClassName="system-cluster-critical"',
      'runtimeClassName="gvisor"',
      'dnsPolicy="Default"',
      'dnsConfig={"nameservers":["192.0.2.1"]}',
      'hostAliases=[{"ip":"192.0.2.2","hostnames":["pam"]}]',
      'nodeSelector={"kubernetes.io/os":"linux"}',
      'tolerations=[{"key":"a","operator":"Exists"}]',
      'affinity={"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[]}}',
      'extraObjects=[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"more","namespace":"operators"},"data":{"of":"{{ .Release.Name }}"}}]',
    ],
  },
  { because: 'OpenShift gives the user', values: [], more: ['--api-versions', 'security.openshift.io/v1'] },
];
