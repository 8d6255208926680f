import { DecoratorHandler, type Dispatcher, errors } from 'undici';

/** Options of a request that asks before it is sent; undici hands on what it does not know. */
export interface LastQuestion {
  readonly mayStart?: () => boolean;
}

/**
 * Asks {@link LastQuestion.mayStart} when a connection is free for the request, in the same turn in which its first byte
 * is written: the wait for a connection, a credential or the pace is over by then. A request that may not start fails as
 * an aborted one, and nothing of it is sent.
 */
export function askLast(dispatch: Dispatcher.Dispatch): Dispatcher.Dispatch {
  return (options: Dispatcher.DispatchOptions & LastQuestion, handler) =>
    dispatch(
      options,
      options.mayStart === undefined ? handler : new AskingHandler(handler, options.mayStart),
    );
}

class AskingHandler extends DecoratorHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #mayStart: () => boolean;

  constructor(handler: Dispatcher.DispatchHandler, mayStart: () => boolean) {
    super(handler);
    this.#handler = handler;
    this.#mayStart = mayStart;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    if (!this.#mayStart()) throw new errors.RequestAbortedError();
    this.#handler.onRequestStart?.(controller, context);
  }
}
