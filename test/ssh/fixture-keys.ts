import type { KeyPair } from '../../src/ssh/key-pair.ts';

/** A throw-away key pair, made by ssh-keygen for these tests alone, with what `ssh-keygen -l` says of it. */
export interface FixtureKey {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly type: string;
}

/** Of {@link lockedKey}, which `ssh-keygen -a 2` made. */
export const passphrase = 'correct horse';

export const ed25519Key: FixtureKey = {
  privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACDfsOw8WBNBbD2k8ZJwj0wQSZM3YGuo8TplzV9U8d+MogAAAJgODraZDg62
mQAAAAtzc2gtZWQyNTUxOQAAACDfsOw8WBNBbD2k8ZJwj0wQSZM3YGuo8TplzV9U8d+Mog
AAAECNSb4Z8oloSA+Ua/OoRlOmWorc0LfXTNUxwwKF+asGBN+w7DxYE0FsPaTxknCPTBBJ
kzdga6jxOmXNX1Tx34yiAAAAD2VkMjU1MTlAZXhhbXBsZQECAwQFBg==
-----END OPENSSH PRIVATE KEY-----
`,
  publicKey:
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN+w7DxYE0FsPaTxknCPTBBJkzdga6jxOmXNX1Tx34yi ed25519@example',
  fingerprint: 'SHA256:g7voj8vK0JsOlXsh4EbMLh213bNN8CFRLhHdC+0RHVE',
  type: 'ssh-ed25519',
};

export const ecdsaKey: FixtureKey = {
  privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS
1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQTuu6pIR9tWnYaC1DSPCdG8oqMygJDx
Ceon2wDwk3cBxtD1bRfBDHCxEx/wHkIv+Xee4MO2EekGOhrKe4kn8++dAAAAqKECEW2hAh
FtAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBO67qkhH21adhoLU
NI8J0byiozKAkPEJ6ifbAPCTdwHG0PVtF8EMcLETH/AeQi/5d57gw7YR6QY6Gsp7iSfz75
0AAAAhALG4xIrrg2K0ugbPf2+ZiIzLIyiZ7XsbADunVaA1uFs8AAAADWVjZHNhQGV4YW1w
bGUBAg==
-----END OPENSSH PRIVATE KEY-----
`,
  publicKey:
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBO67qkhH21adhoLUNI8J0byiozKAkPEJ6ifbAPCTdwHG0PVtF8EMcLETH/AeQi/5d57gw7YR6QY6Gsp7iSfz750= ecdsa@example',
  fingerprint: 'SHA256:9EVxghIJduD1Yy8ybw0SXDk81R8BC7TBrK639pd+EFc',
  type: 'ecdsa-sha2-nistp256',
};

export const rsaKey: FixtureKey = {
  privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAABFwAAAAdzc2gtcn
NhAAAAAwEAAQAAAQEApZufLWFG3EysJmt6X5pROlDe36N8vkRv9+3eI0lNdZNrMlQ033J9
H+XNmBDYmZtMrZKzg/aYggFMdI9XfLnMB1R+pqU1CsmiT9juy8KQ9bHCC6QWx0Bwu2WwXK
sXDYnEmJ/KYTmPC4sTImFQ6kb5MkHWTx3zMQ0JiSFjp/u58a9+O25i+MVpSyT+XqJ61jGk
g6mhoSdspeZvKBjv3RLZ+qXn1iNPdZX49+z7WUKjtHldoJ8c9Ajz/6tRP2WfDLv4WQHEB+
9TFczDfWNsE7WusBg9rGUEm5aeSAPDNYt0egdTyyriYPCC0G9/NItxzTxWc7OLoKzvnWTH
pJlUmBN+WwAAA8DnbXwl5218JQAAAAdzc2gtcnNhAAABAQClm58tYUbcTKwma3pfmlE6UN
7fo3y+RG/37d4jSU11k2syVDTfcn0f5c2YENiZm0ytkrOD9piCAUx0j1d8ucwHVH6mpTUK
yaJP2O7LwpD1scILpBbHQHC7ZbBcqxcNicSYn8phOY8LixMiYVDqRvkyQdZPHfMxDQmJIW
On+7nxr347bmL4xWlLJP5eonrWMaSDqaGhJ2yl5m8oGO/dEtn6pefWI091lfj37PtZQqO0
eV2gnxz0CPP/q1E/ZZ8Mu/hZAcQH71MVzMN9Y2wTta6wGD2sZQSblp5IA8M1i3R6B1PLKu
Jg8ILQb380i3HNPFZzs4ugrO+dZMekmVSYE35bAAAAAwEAAQAAAP91hPnFj5e5aATB6YNC
/z9PzWkF9VOQXFXDRV6zAPxMHfueu3gfGMpc2GFih+ctGgelJMrp2mm0goy+1PmV3kNARb
WajEzCWv5+Vch0z/K5EmuhLHr9lRJqlBQ9roECxRZojaa6rR3VaIaA3zjhsiZ52Ok75lpY
Hz2lEmH7KFHLhJljil/MYjWebd3hkEWC+Zx/DuPD2v7SInUvXKDe8MdKSDhWuHZcjwvr/T
Cf6Nv5Fn0D6RCS4Se8/u0LA/XTRGyrL0upnJ7/RxPtfspzBvs5dUEmeJeJYrGO0534/6cJ
7SlVkwWK+YSWSolzevqO4llBhYYz/41EazJePsq00FkAAACAbfJXwdui4lGGDnv26kzZJ/
ZXEV0nwowBOK3Vc3bkVZciRMk6ZiGO2VG37M+vAPuAH9LzOTYO3dwUxai9lQ4Em7oIcCvq
DQcbu9CwiivIUGhUrvfmY0aOKBNqbwcFrohssHe78rxPXD9V/HTdR9RNt7yy1/jjOGHIrr
5OZDnRpQIAAACBANOTrlQUvBilyLcgymrupFBZxhYJu1RgdFfBJw/BPqsn6a6ucIOnspQe
p/q8hoEqTO85E5njdfalHFUxdKHD522BGk+A973UC9gGl6ldZtYRix5MQiqQN0ZKEs1F1K
/CYfRq25jowQmLkpduHfgwCdSUH1MWc5cZpItjXc0b7L5nAAAAgQDIYRg7CXxi9jFRm6b+
43Jhl1SsuKl/IJ+7Wvx46Tx8eO60SZouVKtkK+QU4pVnwTS0t8aVpCV0u5QnryO3DNrEPX
ITCiagJE27Q0IO4rftZvlsfh2UC2d5bBAvhpE/u4cHK5ppPuJaaj1+c0MQV2bHMfaz/us/
Pr4sHWFZ/Wlf7QAAAAtyc2FAZXhhbXBsZQE=
-----END OPENSSH PRIVATE KEY-----
`,
  publicKey:
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQClm58tYUbcTKwma3pfmlE6UN7fo3y+RG/37d4jSU11k2syVDTfcn0f5c2YENiZm0ytkrOD9piCAUx0j1d8ucwHVH6mpTUKyaJP2O7LwpD1scILpBbHQHC7ZbBcqxcNicSYn8phOY8LixMiYVDqRvkyQdZPHfMxDQmJIWOn+7nxr347bmL4xWlLJP5eonrWMaSDqaGhJ2yl5m8oGO/dEtn6pefWI091lfj37PtZQqO0eV2gnxz0CPP/q1E/ZZ8Mu/hZAcQH71MVzMN9Y2wTta6wGD2sZQSblp5IA8M1i3R6B1PLKuJg8ILQb380i3HNPFZzs4ugrO+dZMekmVSYE35b rsa@example',
  fingerprint: 'SHA256:apUQNnbH54oP77SpWeqV7D6ulK0OYlxC8O0reS/7Bsk',
  type: 'ssh-rsa',
};

export const lockedKey: FixtureKey = {
  privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABC+x85l6P
e6Dhg+1Z1gSugZAAAAAgAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAINQpojizsXIWdqiS
5/Qb/gCKWNFXpMSpcEDD8n6JcQ05AAAAoM9lBqH8DGV5S3wHFux1ySyv2H3P0b81f56sb0
NXm/LoIoTlaKiVnpWR79B+dz0ZECK/5MQVak2Kbn3D3k3F6IUF+v4MbhNGBKTcVlVdiziV
CP8KV07a/dUJu5jM6qn03ucmqfG3u33LWBc/uvLbIou0sBUD7dnl6Itgh3kvvA9eRICUqT
dCvrSpZK4zBiWSbHtPRmki20PeyKJdgu9lucM=
-----END OPENSSH PRIVATE KEY-----
`,
  publicKey:
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINQpojizsXIWdqiS5/Qb/gCKWNFXpMSpcEDD8n6JcQ05 locked@example',
  fingerprint: 'SHA256:0l7q9D7DAxMlEtjwIPu/N8Uukxby/fkLcp2uMVj/1tQ',
  type: 'ssh-ed25519',
};

export const otherKey: FixtureKey = {
  privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACAmmQYj/2CRxrkUQ8iiYlAhQ47V3S/GLyPMZFqbk39XOAAAAIgch0NTHIdD
UwAAAAtzc2gtZWQyNTUxOQAAACAmmQYj/2CRxrkUQ8iiYlAhQ47V3S/GLyPMZFqbk39XOA
AAAEAKACU1t00ouX5I1G7y5JmQD9Q0//iGTeGupDDjNFqdZSaZBiP/YJHGuRRDyKJiUCFD
jtXdL8YvI8xkWpuTf1c4AAAAAAECAwQF
-----END OPENSSH PRIVATE KEY-----
`,
  publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICaZBiP/YJHGuRRDyKJiUCFDjtXdL8YvI8xkWpuTf1c4',
  fingerprint: 'SHA256:9leo1ux4H5E3+dJp5ECRBkQpzBMGabHeUNCT+PdCEos',
  type: 'ssh-ed25519',
};

/** What is read from it when its public half is derived. */
export function pairOf({ publicKey, fingerprint, type }: FixtureKey): KeyPair {
  return { publicKey, fingerprint, type };
}
