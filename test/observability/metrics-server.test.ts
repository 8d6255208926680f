import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/observability/metrics.ts';
import { startMetricsServer } from '../../src/observability/metrics-server.ts';

const loopback = { host: '127.0.0.1', port: 0 };

describe('the metrics server', () => {
  it('answers /metrics in the text format of Prometheus', async () => {
    const metrics = createMetrics({ version: '0.1.0', nodeVersion: 'v24' });
    const { port, stop } = await startMetricsServer(loopback, metrics);
    try {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(await response.text()).toContain(
        'pam_operator_build_info{version="0.1.0",node_version="v24"} 1\n',
      );
      expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    } finally {
      await stop();
    }
  });

  it('makes one answer for requests that come together, and a new one after it', async () => {
    let renders = 0;
    let release: (text: string) => void = () => undefined;
    const { port, stop } = await startMetricsServer(loopback, {
      contentType: 'text/plain',
      render: () => {
        renders++;
        return new Promise((resolve) => {
          release = resolve;
        });
      },
    });
    try {
      // Pipelined in one write, so that the server has all three before the first is answered.
      const socket = connect(port ?? 0, '127.0.0.1');
      const request = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n';
      socket.write(`${request}\r\n${request}\r\n${request}Connection: close\r\n\r\n`);
      await expect.poll(() => renders, { timeout: 10_000 }).toBe(1);
      release('first');
      expect((await text(socket)).match(/\r\nfirst/g)).toHaveLength(3);
      const next = fetch(`http://127.0.0.1:${port}/metrics`);
      await expect.poll(() => renders, { timeout: 10_000 }).toBe(2);
      release('second');
      expect(await (await next).text()).toBe('second');
    } finally {
      await stop();
    }
  });

  it('answers 500 without the cause when the metrics cannot be read', async () => {
    const { port, stop } = await startMetricsServer(loopback, {
      contentType: 'text/plain',
      render: () => Promise.reject(new Error('canary-10')),
    });
    try {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`);
      expect({ status: response.status, body: await response.text() }).toEqual({
        status: 500,
        body: 'the metrics could not be read\n',
      });
    } finally {
      await stop();
    }
  });

  it('stops although an answer never comes', async () => {
    let renders = 0;
    const { port, stop } = await startMetricsServer(loopback, {
      contentType: 'text/plain',
      render: () => {
        renders++;
        return new Promise(() => undefined);
      },
    });
    const socket = connect(port ?? 0, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(() => renders, { timeout: 10_000 }).toBe(1);
    await stop();
    await closed;
  });
});
