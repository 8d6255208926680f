import type { ControlPlane } from '../../test/control-plane/control-plane.ts';
import type { OperatorProcess } from '../../test/support/operator-process.ts';
import type { PamCore } from '../../test/support/pam-core/start-pam-core.ts';
import { kubectl } from './kubectl.ts';
import type { Narrator } from './narrator.ts';

export const OPERATOR_NAMESPACE = 'pam-operator';
/** The namespace of the files in `examples/`. */
export const TEAM = 'team-a';

/** The two servers between which the operator stands. */
export interface Servers {
  readonly controlPlane: ControlPlane;
  readonly pam: PamCore;
}

/** Everything that runs during the story. */
export interface DemoStage extends Servers {
  readonly operator: OperatorProcess;
  /** Every value that a Secret has held so far; none may turn up anywhere else. */
  readonly secrets: Set<string>;
}

/** One step of the story. It claims nothing that it has not read from the API server or from PAM Core. */
export interface DemoStep {
  readonly title: string;
  /** Rejects with one sentence when what the step tells is not seen. */
  readonly play: (stage: DemoStage, narrator: Narrator) => Promise<void>;
}

/** The part of a resource that the story looks at. */
export interface ShownResource {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly identifier?: string;
    readonly enabled?: boolean;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
    }[];
    readonly lastError?: { readonly code?: number; readonly reason: string; readonly message: string };
  };
}

/** Reads a PamCredential of the team from the API server. */
export async function readCredential({ controlPlane }: Servers, name: string): Promise<ShownResource> {
  const text = await kubectl(controlPlane, ['-n', TEAM, 'get', 'pamcredential', name, '-o', 'json']);
  return JSON.parse(text) as ShownResource;
}

/** Whether the condition has this status, and that reason where one is given, for the newest generation. */
export function hasCondition(
  { metadata, status }: ShownResource,
  wanted: { readonly type: string; readonly status: string; readonly reason?: string },
): boolean {
  const condition = status?.conditions?.find(({ type }) => type === wanted.type);
  return (
    status?.observedGeneration === metadata.generation &&
    condition?.status === wanted.status &&
    (wanted.reason === undefined || condition.reason === wanted.reason)
  );
}
