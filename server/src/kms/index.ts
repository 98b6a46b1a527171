export { EnvelopeDamaged, seal, unseal } from './envelope.ts';
export {
  Keyring,
  type KeyState,
  KeyUnusable,
  type KeyUse,
  type KeyUser,
  type NamedKey,
  WrongKeyState,
} from './keyring.ts';
export { makeRootKey, readRootKey } from './root-key.ts';
export { Sealer } from './seal.ts';
