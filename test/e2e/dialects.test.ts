import { describe, expect, it } from 'vitest';
import { aKeyPair } from '../support/a-key-pair.ts';
import type { Dialect } from '../support/pam-core/switches.ts';
import { credential, secret, sshKey, startStage } from './stage.ts';

/**
 * The same story against every PAM Core that the operator claims to support: two OAuth versions, two prefixes, three
 * releases. 3.32 serves `/iso` alone; the newer ones serve both.
 */
const rows: {
  dialect: Dialect;
  apiPrefix: '/api' | '/iso';
  oauth: 'oauth1' | 'oauth2';
  disabledRecords: 'Listed' | 'Hidden';
}[] = [
  { dialect: '4.0', apiPrefix: '/api', oauth: 'oauth2', disabledRecords: 'Listed' },
  { dialect: '4.0', apiPrefix: '/api', oauth: 'oauth1', disabledRecords: 'Hidden' },
  { dialect: '4.0', apiPrefix: '/iso', oauth: 'oauth2', disabledRecords: 'Hidden' },
  { dialect: '4.0', apiPrefix: '/iso', oauth: 'oauth1', disabledRecords: 'Listed' },
  { dialect: '3.33', apiPrefix: '/api', oauth: 'oauth2', disabledRecords: 'Hidden' },
  { dialect: '3.33', apiPrefix: '/api', oauth: 'oauth1', disabledRecords: 'Listed' },
  { dialect: '3.33', apiPrefix: '/iso', oauth: 'oauth2', disabledRecords: 'Listed' },
  { dialect: '3.33', apiPrefix: '/iso', oauth: 'oauth1', disabledRecords: 'Hidden' },
  { dialect: '3.32', apiPrefix: '/iso', oauth: 'oauth2', disabledRecords: 'Listed' },
  { dialect: '3.32', apiPrefix: '/iso', oauth: 'oauth1', disabledRecords: 'Hidden' },
];

describe.concurrent.each(rows)(
  'PAM Core $dialect under $apiPrefix with $oauth, disabled records $disabledRecords',
  (row) => {
    it('creates, rotates, disables, enables and lets go', async () => {
      const { dialect, apiPrefix, oauth, disabledRecords } = row;
      const switches = { disabledListed: disabledRecords === 'Listed', otherDevice: 'refuse' as const };
      const stage = await startStage({
        pam: { dialect, switches },
        connection: { apiPrefix, disabledRecords },
        oauth,
      });
      const { pam } = stage;
      try {
        const pair = aKeyPair();
        await stage.apply(
          secret('db', { password: 'first' }),
          secret('ssh', { 'ssh-privatekey': pair.privateKey }),
          credential('db', { enabled: true, deletionPolicy: 'Disable' }),
          sshKey('ssh', { enabled: true, deletionPolicy: 'Disable' }),
        );
        await stage.reason('pamcredential', 'db', 'Synced');
        await stage.reason('pamsshkey', 'ssh', 'Synced');
        expect(pam.store.credential('test_team-a_db')).toMatchObject({ content: 'first', enabled: true });
        expect(pam.store.key('test_team-a_ssh_key')).toMatchObject({
          privateKey: pair.privateKey,
          enabled: true,
        });
        const posts = () =>
          pam.journal.calls({ template: 'C4', identifier: 'test_team-a_db', applied: true }).length;
        expect(posts()).toBe(disabledRecords === 'Listed' ? 1 : 2);

        await stage.apply(secret('db', { password: 'second' }));
        await stage.eventually(
          () => pam.store.credential('test_team-a_db')?.content,
          (content) => content === 'second',
          'the new password',
        );

        for (const enabled of [false, true]) {
          await stage.patch('pamcredential', 'db', { spec: { enabled } });
          await stage.patch('pamsshkey', 'ssh', { spec: { enabled } });
          await stage.eventually(
            () => stage.credential('db'),
            ({ status }) => status?.enabled === enabled,
            `credential enabled: ${enabled}`,
          );
          await stage.eventually(
            () => stage.sshKey('ssh'),
            ({ status }) => status?.enabled === enabled,
            `key enabled: ${enabled}`,
          );
          expect(pam.store.credential('test_team-a_db')?.enabled).toBe(enabled);
          expect(pam.store.key('test_team-a_ssh_key')?.enabled).toBe(enabled);
        }
        expect(pam.store.credential('test_team-a_db')?.content).toBe('second');

        await stage.kubectl('delete', 'pamcredential/db', 'pamsshkey/ssh', '-n', 'team-a', '--timeout=30s');
        expect(pam.store.credential('test_team-a_db')?.enabled).toBe(false);
        expect(pam.store.key('test_team-a_ssh_key')?.enabled).toBe(false);
        expect(pam.journal.calls({ template: ['C2', 'C3', 'C7', 'C8', 'K2'] })).toHaveLength(0);
        expect(pam.store.records()).toHaveLength(2);
      } finally {
        await stage.stop();
      }
    });
  },
);
