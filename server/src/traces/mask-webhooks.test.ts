import { describe, expect, test } from 'vitest';
import { Masker } from './mask.ts';
import { masksRows } from './testing/masked.ts';

describe('the secret in the address of a webhook', () => {
  masksRows([
    'https://hooks.slack.com/services/T000/B000/‹XXXX›',
    'sent to https://hooks.slack.com/services/T000/B000/‹XXXX›. Then',
    '<https://hooks.slack.com/services/T0/B0/‹XXXX›|text>',
    'https://hooks.slack.com/workflows/T000/A0/123/‹XXXX›',
    'curl hooks.slack.com:443/services/T000/B000/‹XXXX›/ -d x',
    '{"url":"https://discord.com/api/webhooks/1234567890/‹aB-c_D›?wait=true"}',
    'https://canary.discordapp.com/api/v10/webhooks/1/‹aB-c_D›/messages/2',
    'https://outlook.office.com/webhook/a-b@c-d/IncomingWebhook/‹XXXX›/e-f',
    'https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/‹XXXX›/e',
    'https://api.telegram.org/bot123456:‹ABC-x_y›/sendMessage',
    'https://api.telegram.org/file/bot‹ABC-x_y›/a/b.png',
    'https://open.feishu.cn/open-apis/bot/v2/hook/‹a-b-c›',
    'https://hooks.zapier.com/hooks/catch/123/‹abc›/',
    'https://maker.ifttt.com/trigger/x/with/key/‹abc›',
    'https://webexapis.com/v1/webhooks/incoming/‹abc›',
    'u=https%3A%2F%2Fhooks.slack.com%2Fservices%2FT0%2FB0%2F‹XXXX›&n=1',
    String.raw`{"a":"https:\/\/hooks.slack.com\/services\/T0\/B0\/‹XXXX›"}`,
  ]);
});

test('it is masked in ids and names, too', () => {
  expect(new Masker().id('https://hooks.slack.com/services/T0/B0/XXXX')).toBe(
    'https://hooks.slack.com/services/T0/B0/********',
  );
});

describe('an address without one', () => {
  masksRows([
    'https://hooks.slack.com/services/T000/B000',
    'https://hooks.slack.com/',
    'https://discord.com/api/v10/webhooks/123; https://discord.com/channels/1/2',
    'https://discord.com/api/webhooks/1 was deleted',
    'https://api.telegram.org/about; https://office.com/webhook/a',
    'https://docs.slack.com/services/T0/B0/x',
    'https://hooks.slack.com.example/services/T0/B0/x',
    'https://myhooks.slack.com/services/T0/B0/x',
    'https://h/api/webhooks/1/abc',
  ]);
});
