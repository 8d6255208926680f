/** What the process of the bare clients is started with. */
export interface BarePlan {
  readonly server: string;
  readonly kubeconfigPath: string;
  readonly namespace: string;
  readonly pamUrl: string;
  readonly oauth2: { readonly clientId: string; readonly clientSecret: string };
  /** Resources that are worked on at the same time. */
  readonly workers: number;
}

/** To the process: a resource is there. From it: its calls are done. */
export interface BareMessage {
  readonly name: string;
}
