import { describe } from 'vitest';
import { masksRows } from './testing/masked.ts';

describe('codes that are good for one sign-in', () => {
  masksRows([
    '{"otp":"‹123456›","user":"jane"}',
    '{"totp":"‹123 456›","n":123456}',
    '{"mfa_code":"‹G-123456›","mfaCode2":"‹a1b2c3›"}',
    '{"passcode":"‹123456›","one_time_password":"‹123456›","verification_code":"‹0042›"}',
    '{"login":{"userOtp":"‹123456›","otp":{"digits":6,"value":"‹123456›"}}}',
    '{"totp":{"user":{"id":"u123456"},"passcode":"‹123456›"}}',
    '{"otp":["‹123456›","sms"]}',
    '{"otp":"‹cccccckdvvulgjvtkjdhtlrbjjctggdihuevikehtlil›"}',
    '{"totp":"‹JBSWY3DPEHPK3PXP›"}',
    'otp=‹123456›&user=jane',
    'https://h/p?verification_code=‹123456›#x',
    'npm publish --otp ‹123456› .; npm publish --otp=‹123456›',
    'X-GitHub-OTP: ‹123456›',
    '<otp>‹123456›</otp>',
    "{'otp': '‹123456›', 'n': 1}",
  ]);
});

describe('what is called as a code and is none', () => {
  masksRows([
    '{"otp":"sms","totp":"enabled","mfa_code":"invalid","verification_code":"expired"}',
    '{"otp":true,"totp":6,"verification_code":404,"mfa_code":null,"otpCode":""}',
    '{"otp":["sms","email"],"methods":["otp","totp"],"totp":{"algorithm":"SHA256","period":30}}',
    '{"otp":"2024-01-01","totp":"sha256","verification_code":"ERR-1001","mfa_code":"MFA_1001"}',
    '{"snapshotPolicy":"123456","spotPrice":"123456","zipcode":"123456","country_code":123456}',
    'otp: sms, totp=enabled, otp 123456, otp: 2024-01-01T00:00:00Z',
    'POST /v1/otp/123456',
  ]);
});
