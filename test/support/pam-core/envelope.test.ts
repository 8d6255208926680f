import { describe, expect, it } from 'vitest';
import { numberedAnswer, type Page, successAnswer } from './envelope.ts';
import { type Switches, switchesOf } from './switches.ts';

describe('one style for all endpoints', () => {
  const rows: { because: string; switches: Partial<Switches>; page: Page; success: string; error: string }[] =
    [
      {
        because: 'mensagem',
        switches: { envelope: 'mensagem' },
        page: 'C5',
        success:
          '{"code":200,"response":{"status":200,"message":"ok","error":false,"error_code":0,"detail":"","mensagem":"ok","erro":false,"cod_erro":0}}',
        error:
          '{"code":400,"response":{"status":400,"message":"1045: no","error":true,"error_code":1,"detail":"","mensagem":"1045: no","erro":true,"cod_erro":1},"exception":{"code":1045,"message":"1045: no","detail":null}}',
      },
      {
        because: 'Message',
        switches: { envelope: 'Message' },
        page: 'C6',
        success:
          '{"code":200,"response":{"status":200,"message":"ok","error":false,"error_code":0,"detail":"","Message":"ok","erro":false,"cod_erro":0}}',
        error:
          '{"code":400,"response":{"status":400,"message":"1045: no","error":true,"error_code":1,"detail":"","Message":"1045: no","erro":true,"cod_erro":1},"exception":{"code":1045,"message":"1045: no","detail":null}}',
      },
      {
        because: 'repeated, with a space by switch',
        switches: { envelope: 'repeated', spaceAfterCode: true },
        page: 'C6',
        success:
          '{"code":200,"response":{"status":200,"message":"ok","error":false,"error_code":0,"detail":"","message":"ok","error":false,"cod_erro":0}}',
        error:
          '{"code":400,"response":{"status":400,"message":"1045: no","error":true,"error_code":1,"detail":"","message":"1045: no","error":true,"cod_erro":1},"exception":{"code":1045,"message":"1045: no","detail":null}}',
      },
      {
        because: 'short, without a space by switch',
        switches: { envelope: 'short', spaceAfterCode: false },
        page: 'C6',
        success:
          '{"response":{"status":200,"mensagem":"ok","erro":false,"detail":"","message":"ok","error":false,"error_code":0}}',
        error:
          '{"response":{"status":400,"mensagem":"1045:no","erro":true,"message":"1045:no","error":true},"exception":{"code":1045,"message":"1045:no","detail":null}}',
      },
    ];
  it.each(rows)('$because', ({ switches, page, success, error }) => {
    const all = switchesOf('4.0', switches);
    expect(successAnswer(all, page, 200, 'ok').body).toBe(success);
    expect(numberedAnswer(all, page, 1045, 'no').body).toBe(error);
  });
});
