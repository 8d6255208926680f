import { describe, expect, it } from 'vitest';
import { type OwnershipQuestion, whoseRecord } from '../../src/core/ownership.ts';
import { anInventory, type InventoryStory } from '../support/situation/an-inventory.ts';

const credential: OwnershipQuestion = {
  kind: 'credential',
  identifier: 'prod_team_db',
  explicit: false,
  username: 'svc',
  hostname: 'w2016',
  ip: '10.66.33.15',
};
const key: OwnershipQuestion = { ...credential, kind: 'key', identifier: 'prod_team_db_key' };
const ours = anInventory().with({ id: '1', identifier: 'prod_team_db' });

interface Row {
  readonly because: string;
  readonly list: InventoryStory;
  readonly question: OwnershipQuestion;
  readonly whose: string;
  readonly ids?: readonly string[];
}

const rows: Row[] = [
  {
    because: 'several with the identifier',
    list: ours.with({ id: '2', identifier: 'prod_team_db', hostname: 'x' }),
    question: credential,
    whose: 'unclear',
    ids: ['1', '2'],
  },
  {
    because: 'the identifier on a key',
    list: anInventory().with({ id: '1', identifier: 'prod_team_db', isKey: true }),
    question: credential,
    whose: 'unclear',
    ids: ['1'],
  },
  {
    because: 'ours on another hostname',
    list: anInventory().with({ id: '1', identifier: 'prod_team_db', hostname: 'x' }),
    question: credential,
    whose: 'unclear',
    ids: ['1'],
  },
  {
    because: 'ours on another IP',
    list: anInventory().with({ id: '1', identifier: 'prod_team_db', ip: '10.0.0.1' }),
    question: credential,
    whose: 'unclear',
    ids: ['1'],
  },
  {
    because: 'ours with another username',
    list: anInventory().with({ id: '1', identifier: 'prod_team_db', username: 'x' }),
    question: credential,
    whose: 'unclear',
    ids: ['1'],
  },
  {
    because: 'ours with another username, under a valid seal: a rename',
    list: anInventory().with({ id: '1', identifier: 'prod_team_db', username: 'x' }),
    question: { ...credential, mayRename: true },
    whose: 'ours',
  },
  {
    because: 'a rename onto a target that another record has',
    list: anInventory().with({ id: '1', identifier: 'prod_team_db', username: 'x' }).with({ id: '2' }),
    question: { ...credential, mayRename: true },
    whose: 'unclear',
    ids: ['1', '2'],
  },
  {
    because: 'ours on another hostname: a seal makes no move of it',
    list: anInventory().with({ id: '1', identifier: 'prod_team_db', hostname: 'x' }),
    question: { ...credential, mayRename: true },
    whose: 'unclear',
    ids: ['1'],
  },
  {
    because: 'ours, and another one at the same target',
    list: ours.with({ id: '2' }),
    question: credential,
    whose: 'unclear',
    ids: ['1', '2'],
  },
  {
    because: 'ours, and another one on another IP',
    list: ours.with({ id: '2', ip: '10.0.0.1' }),
    question: credential,
    whose: 'ours',
  },
  { because: 'ours', list: ours, question: credential, whose: 'ours' },
  {
    because: 'ours in other letters: case and width are of no account',
    list: anInventory().with({ id: '1', identifier: 'PROD_team_ｄｂ', username: 'SVC', hostname: 'W2016' }),
    question: credential,
    whose: 'ours',
  },
  {
    because: 'an explicit identifier that exists',
    list: ours,
    question: { ...credential, explicit: true },
    whose: 'somebody',
  },
  {
    because: 'another identifier at our target',
    list: anInventory().with({ id: '1', identifier: 'x' }),
    question: credential,
    whose: 'somebody',
  },
  {
    because: 'no identifier at our target',
    list: anInventory().with({ id: '1' }),
    question: credential,
    whose: 'somebody',
  },
  {
    because: 'several at our target',
    list: anInventory().with({ id: '1' }).with({ id: '2' }),
    question: credential,
    whose: 'unclear',
    ids: ['1', '2'],
  },
  {
    because: 'username and hostname on another IP',
    list: anInventory().with({ id: '1', ip: '10.0.0.1' }),
    question: credential,
    whose: 'unclear',
    ids: ['1'],
  },
  {
    because: 'at our target and on another IP',
    list: anInventory().with({ id: '1' }).with({ id: '2', ip: '10.0.0.1' }),
    question: credential,
    whose: 'unclear',
    ids: ['1', '2'],
  },
  {
    because: 'a key at our target is none of a credential',
    list: anInventory().with({ id: '1', isKey: true }),
    question: credential,
    whose: 'nobody',
  },
  { because: 'nothing', list: anInventory(), question: credential, whose: 'nobody' },
  {
    because: 'a key by its identifier, wherever it stands',
    list: anInventory().with({
      id: '1',
      identifier: 'prod_team_db_key',
      isKey: true,
      hostname: 'x',
      username: 'y',
    }),
    question: key,
    whose: 'ours',
  },
  {
    because: 'a key under an explicit identifier',
    list: anInventory().with({ id: '1', identifier: 'prod_team_db_key', isKey: true }),
    question: { ...key, explicit: true },
    whose: 'somebody',
  },
  {
    because: "a key's identifier on a credential",
    list: anInventory().with({ id: '1', identifier: 'prod_team_db_key' }),
    question: key,
    whose: 'unclear',
    ids: ['1'],
  },
  {
    because: 'a key at the same target is no match',
    list: anInventory().with({ id: '1', isKey: true }),
    question: key,
    whose: 'nobody',
  },
];

describe('whose record is it', () => {
  it.each(rows)('$because: $whose', ({ list, question, whose, ids }) => {
    const answer = whoseRecord(list.index(), question);
    expect(answer.whose).toBe(whose);
    if (ids !== undefined) expect(answer).toMatchObject({ ids });
  });
});
