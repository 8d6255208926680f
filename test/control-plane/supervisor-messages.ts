import type { ControlPlaneBinaries } from './binaries.ts';
import type { ComponentName, ComponentSignal, ControlPlaneFacts } from './running-control-plane.ts';

/** What the supervisor starts; it arrives as JSON in its only argument. */
export interface SupervisorPlan {
  readonly binaries: ControlPlaneBinaries;
  readonly controllers: boolean;
  readonly apiServerFlags: readonly string[];
  /** Kept after the end and read again at the next start; absent: everything is temporary. */
  readonly dataDirectory?: string;
  /** Absent: a free port. */
  readonly apiServerPort?: number;
}

/** From the process that wants a control plane to the supervisor. */
export type SupervisorRequest =
  | {
      readonly id: number;
      readonly action: 'signal';
      readonly component: ComponentName;
      readonly signal: ComponentSignal;
    }
  | { readonly id: number; readonly action: 'start'; readonly component: ComponentName };

/** From the supervisor. `ready` or `failed` comes exactly once, `done` once for each request. */
export type SupervisorMessage =
  | { readonly kind: 'ready'; readonly facts: ControlPlaneFacts }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'done'; readonly id: number; readonly error?: string };
