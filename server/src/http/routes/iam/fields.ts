import Type from 'typebox';
import { Sought } from '../../schemas.ts';

export const Name = Type.String({
  pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N} _.@+-]{0,63}$',
  rule: 'must hold 1 to 64 of letters, digits, space and _ . @ + -, and begin with a letter or digit',
});
export const Description = Type.Optional(Type.String({ maxLength: 255 }));
export const Password = Type.String({
  minLength: 8,
  maxLength: 1024,
  format: 'password',
  rule: 'must hold 8 to 1024 characters',
});
export const Enabled = Type.Optional(Type.Boolean());
export const Id = Sought;
export const ByName = Type.Object({ name: Type.Optional(Sought) });
