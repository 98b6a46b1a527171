/*
 * Codes that are good for one sign-in. What is called so can also be a method, a state or a policy (`otp: sms`,
 * `totp: enabled`), so a value counts only where it has the form of a code.
 */

/** Ends of names, as in the list of those of secrets. */
export const CODE_NAMES = [
  ...['otp', 'otpcode', 'mfacode', '2facode', 'twofactorcode'],
  ...['onetimecode', 'verificationcode', 'smscode'],
];
/** What stands in every text with one; `otp` alone is in `spotprice` and `snapshotpolicy`. */
export const CODE_HINTS = [
  ...`otp" otp' otp\` otp\\ otp= otp! otp: otp% otp> otp[ otp? otp* otp, otp& otp\t otp\n otp\r`.split(' '),
  ...'otpcode mfacode 2facode'.split(' '),
  ...'twofactorcode onetimecode verificationcode smscode'.split(' '),
  // Behind a space, which counts for nothing.
  ...[...'0123456789'].map((digit) => `otp${digit}`),
];

/** Digits, maybe in groups; a letter before them; letters among them; of a hardware key; the seed of such codes. */
const CODE = [
  String.raw`\d{4,8}`,
  String.raw`(?!\d{4}-\d\d-\d\d)\d{2,4}(?:[ -]\d{2,4}){1,2}`,
  String.raw`[A-Z]-\d{4,8}`,
  String.raw`(?=[A-Za-z]*\d+[A-Za-z])(?=(?:[A-Za-z]*\d){2})[A-Za-z0-9]{5,12}`,
  '[cbdefghijklnrtuv]{32,48}',
  '(?=[A-Z]{0,64}[2-7])[A-Z2-7]{16,128}={0,6}',
].join('|');
const WHOLE = new RegExp(`^(?:${CODE})$`);
const LONGEST = 140;
/** Where one is all of a value. */
export const CODE_AT = new RegExp(String.raw`(?:${CODE})(?=[\s"'\`,;&#<>)}\]|\\]|\.(?:\s|$)|$)`, 'y');

export const isCode = (value: string) => value.length <= LONGEST && WHOLE.test(value);
