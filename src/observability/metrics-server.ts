import type { BindAddress } from './bind-address.ts';
import { type Listener, listen, pathOf, sendText } from './http-listener.ts';
import type { Metrics } from './metrics.ts';

/**
 * Serves /metrics. Requests that come while an answer is being made share it, so that a flood of scrapes
 * costs no more than one.
 */
export function startMetricsServer(
  address: BindAddress | 'off',
  metrics: Pick<Metrics, 'contentType' | 'render'>,
): Promise<Listener> {
  let rendering: Promise<string> | undefined;
  const render = () => {
    rendering ??= metrics.render().finally(() => {
      rendering = undefined;
    });
    return rendering;
  };
  return listen(address, '--metrics-bind-address', (request, response) => {
    if (pathOf(request) !== '/metrics') {
      sendText(response, 404, 'not found; there is /metrics\n');
      return;
    }
    render().then(
      (text) => sendText(response, 200, text, metrics.contentType),
      () => sendText(response, 500, 'the metrics could not be read\n'),
    );
  });
}
