import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Masker } from './mask.ts';
import { SecretNames } from './mask-names.ts';

const masker = new Masker();
const M = '********';

describe('JSON is masked by its members', () => {
  test.each([
    ['{"adminPass":"x1","a":1}', '{"adminPass":"********","a":1}'],
    ['{"user":{"password": "a\\"b\\\\"},"z":2}', '{"user":{"password": "********"},"z":2}'],
    [
      '{"secret_key":12345678901234567890,"n":12345678901234567890}',
      '{"secret_key":"********","n":12345678901234567890}',
    ],
    ['{"token":{"id":"abc","x":["}"]},"b":1}', '{"token":"********","b":1}'],
    ['{"body":"{\\"password\\":\\"x\\",\\"k\\":1}"}', '{"body":"{\\"password\\":\\"********\\",\\"k\\":1}"}'],
    ['{"private_key":"cut off', '{"private_key":"********"'],
    ['user=jane&password=hunter2&x=1', 'user=jane&password=********&x=1'],
    [
      '{"nextToken":"keep","secretName":"keep","tokenCount":3}',
      '{"nextToken":"keep","secretName":"keep","tokenCount":3}',
    ],
    ['{"token":null,"secret_key":"s"}', '{"token":null,"secret_key":"********"}'],
    ['{"Key":{"pk":"cust#1","sk":"order#7"}}', '{"Key":{"pk":"cust#1","sk":"order#7"}}'],
    [
      '{"headers":{"Authorization":"Bearer abc","X-Amz-Security-Token":"IQoK","x-api-key":"k","Cookie":"sid=1"},"apiKey":"k","url":"https://b/o?X-Amz-Security-Token=IQoL&token=t1"}',
      `{"headers":{"Authorization":"${M}","X-Amz-Security-Token":"${M}","x-api-key":"${M}","Cookie":"${M}"},"apiKey":"${M}","url":"https://b/o?X-Amz-Security-Token=${M}&token=${M}"}`,
    ],
    ['{"a":{"b":"password=hunter2"}}', `{"a":{"b":"password=${M}"}}`],
    ['{"pass\\u0077ord":"x"}', `{"pass\\u0077ord":"${M}"}`],
    [
      '{"a":"\\u007b\\u0022token\\u0022:\\u0022x\\u0022}"}',
      `{"a":"\\u007b\\u0022token\\u0022:\\u0022${M}\\u0022}"}`,
    ],
    ['{"Authorization":["Bearer abc","x"],"n":1}', `{"Authorization":["${M}","${M}"],"n":1}`],
    [
      '{"credentials":{"accessKeyId":"AKIA","sessionToken":"s"}}',
      `{"credentials":{"accessKeyId":"AKIA","sessionToken":"${M}"}}`,
    ],
    ['{"credential":"c","pwd":"p"}', `{"credential":"${M}","pwd":"${M}"}`],
    ['{"name":"DB_PASSWORD","value":"x"}', `{"name":"DB_PASSWORD","value":"${M}"}`],
    ['{"value":"x","name":"DB_PASSWORD"}', `{"value":"${M}","name":"DB_PASSWORD"}`],
    ['{"name":"size","value":"x"}', '{"name":"size","value":"x"}'],
    ['{"command":["login","--password","x","-v"]}', `{"command":["login","--password","${M}","-v"]}`],
    ['{"user[password]":"x"}', `{"user[password]":"${M}"}`],
    ['{"name":"pass\\u0077ord","value":"x"}', `{"name":"pass\\u0077ord","value":"${M}"}`],
    ['{"credentials":{"value":"x"}}', `{"credentials":{"value":"${M}"}}`],
    [
      '{"cookie":{"sid":"x","a":[{"b":"y"}]},"n":"z"}',
      `{"cookie":{"sid":"${M}","a":[{"b":"${M}"}]},"n":"z"}`,
    ],
    ['{"a":1}\n{"password":"x"}', `{"a":1}\n{"password":"${M}"}`],
    ['{"clientToken":"c","continuationToken":"d","X-Amz-Credential":"e"}', undefined],
    ['{"arn":"arn:aws:secretsmanager:us-east-1:1:secret:name-AbC"}', undefined],
    ['{"password":"","token":true}', undefined],
  ])('%s', (text, masked) => {
    expect(masker.text(text)).toBe(masked ?? text);
  });
});

describe('an object that describes a password or a token is looked through', () => {
  const whole = '‹{"a":"S","b":["S",{"name":"S"}],"c":1}›';
  test.each([
    '{"token":{"expires_at":"2026-01-01T00:00:00Z","issued_at":"2026","methods":["password"],"user":{"id":"u","name":"jane","domain":{"id":"d","name":"e"}},"project":{"id":"p","name":"q"},"roles":[{"id":"r","name":"admin"}],"catalog":[{"type":"x","endpoints":[{"url":"https://h"}]}],"audit_ids":["a"]}}',
    '{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"jane","password":"‹S›","domain":{"name":"e"}}}}}}',
    '{"serviceAccountToken":{"expirationSeconds":3607,"path":"token","audience":"x"}}',
    '{"access":{"token":{"id":"‹S›","expires":"2026","tenant":{"id":"t","name":"n"}}}}',
    '{"token":{"type":"x","id":‹1›,"value":"‹S›","data":‹["S"]›,"more":"‹S›","deep":{"a":["‹S›",{"b":"‹S›"}],"n":1},"n":5,"is":true}}',
    `{"token":{"more":"‹S›","n":1,"user":{"name":"jane","pin":"1"},"token":${whole}}}`,
    '{"text":"{\\"token\\":{\\"name\\":\\"x\\",\\"more\\":\\"‹S›\\"}}"}',
    'sent {"token":{"name":"x","more":"‹S›"},"n":1} to it',
    '{"password":{"type":"string","minLength":8,"description":"at least","default":"‹S›"}}',
    '{"adminPassword":{"type":"securestring","metadata":{"description":"x"},"defaultValue":"‹S›"}}',
    '{"Password":{"Ref":"DbPassword"},"token":{"valueFrom":{"secretKeyRef":{"name":"x","key":"password"}}}}',
    '{"passwords":‹{"user":"S","system":"S"}›,"password":{"user":"‹S›","role":"‹S›","more":"‹S›"}}',
    '{"password":{"user" : "‹S›","users":["‹S›"],"project":{"name":"x"}},"token":{"user":"jane","role":"x"}}',
    `{"token":${whole},"password_2":${whole},"n":1}`,
    `{"token":{"name":"x","more":"‹S›"},"password":${whole},"n":1}`,
    '{"userData":‹{"name":"S"}›,"private_key":‹{"name":"S"}›,"token":‹[{"name":"S"}]›}',
  ])('%s', (row) => {
    const masked = row.replaceAll(/‹([^›]*)›/g, (_, said: string) => (/^[[{\d]/.test(said) ? `"${M}"` : M));
    expect(masker.text(row.replaceAll(/[‹›]/g, ''))).toBe(masked);
    expect(masker.text(masked)).toBe(masked);
  });

  test('one that is cut off, or no JSON, before it is known to describe one is masked as a whole', () => {
    expect(masker.text('{"token":{"a":"S","b":["S"')).toBe(`{"token":"${M}"`);
    expect(masker.text('{"a":1,"token":{"b":"S",c},"n":"x"}')).toBe(`{"a":1,"token":"${M}","n":"x"}`);
    expect(masker.text('{"token":{"name":"x","b":"S",c:"S"},"n":"x"}')).toBe(`{"token":"${M}","n":"x"}`);
    expect(masker.text('{"token":{"name":"x","b":"S')).toBe(`{"token":{"name":"x","b":"${M}"`);
  });

  test('what the configuration names is masked as a whole', () => {
    const further = new Masker(['order', '*_token']);
    expect(further.text('{"order":{"name":"S"},"my_token":{"name":"S"}}')).toBe(
      `{"order":"${M}","my_token":"${M}"}`,
    );
  });
});

describe('text that is no JSON is masked where a value follows the name of a secret', () => {
  test.each([
    ['password: hunter2', `password: ${M}`],
    ['note: sent "password": hunter2', `note: sent "password": ${M}`],
    [
      'curl "https://api.example.com/v1?access_token=abc" -s',
      `curl "https://api.example.com/v1?access_token=${M}" -s`,
    ],
    ['mysql --password hunter2 -h db', `mysql --password ${M} -h db`],
    ["mysql --password='hunter 2' -h db", `mysql --password='${M}' -h db`],
    ['Authorization: Bearer abc.def\nHost: x', `Authorization: ${M}\nHost: x`],
    [`curl -H "Authorization: Bearer abc" https://x`, `curl -H "Authorization: ${M}" https://x`],
    ['Cookie: a=1; b=2', `Cookie: ${M}`],
    ['sent Bearer eyJhbGciOi.1 to it', `sent Bearer ${M} to it`],
    ['https://jane:hunter2@host/p', `https://jane:${M}@host/p`],
    [
      'https://b/o?X-Amz-Signature=ab12&X-Amz-Date=1#top',
      `https://b/o?X-Amz-Signature=${M}&X-Amz-Date=1#top`,
    ],
    ['https://b/o?sv=1&sig=ab%2F12&se=2', `https://b/o?sv=1&sig=${M}&se=2`],
    ['Login(user=jane, password=hunter2)', `Login(user=jane, password=${M})`],
    ['{user: jane, password: hunter2, n: 1}', `{user: jane, password: ${M}, n: 1}`],
    ["{'password': 'x', 'n': 1}", `{'password': '${M}', 'n': 1}`],
    ['<user>jane</user><password>x</password>', `<user>jane</user><password>${M}</password>`],
    ['go=https%3A%2F%2Fb%3Ftoken%3Dabc%26n%3D1', `go=https%3A%2F%2Fb%3Ftoken%3D${M}%26n%3D1`],
    ['failed: {"password":{"a":["}"]},"n":1}', `failed: {"password":"${M}","n":1}`],
    ['failed: "{\\"token\\":\\"x\\",\\"n\\":1}"', `failed: "{\\"token\\":\\"${M}\\",\\"n\\":1}"`],
    ['<wsse:Password>x</wsse:Password>', `<wsse:Password>${M}</wsse:Password>`],
    ['<password type="text">x</password>', `<password type="text">${M}</password>`],
    ['<password><![CDATA[x<y]]></password>', `<password><![CDATA[${M}]]></password>`],
    ['user[password]=x&n=1', `user[password]=${M}&n=1`],
    ['user%5Bpassword%5D=x&n=1', `user%5Bpassword%5D=${M}&n=1`],
    ['config/password: x', `config/password: ${M}`],
    ['db:password: x', `db:password: ${M}`],
    ['password: |\n  x\n  y\nuser: jane', `password: |\n  ${M}\nuser: jane`],
    ['the password is too short', undefined],
    ['User is not allowed: secretsmanager:GetSecretValue on arn:aws:x:1:secret:name', undefined],
    ['token=null&password=', undefined],
  ])('%s', (text, masked) => {
    expect(masker.text(text)).toBe(masked ?? text);
  });
});

test.each(
  (
    'password db_password userPasswd PASSPHRASE pass-phrase pwd admin_pass adminPass private_key PrivateKey secret-key ' +
    'SecretAccessKey AccessKeySecret SharedAccessKey AccountKey x-amz-server-side-encryption-customer-key ' +
    'Ocp-Apim-Subscription-Key api_key apiKey x-api-key client_secret app_secret api-secret consumer_secret ' +
    'shared_secret secret SecretString secret_binary secret_value user_data UserData token access_token id_token ' +
    'refreshToken X-Auth-Token x-subject-token bearer.token github_token Authorization Proxy-Authorization cookie ' +
    'pass_word password_ private__key secret_ db.pass-word Set-Cookie credential db_credentials X-Amz-Signature x-goog-signature'
  ).split(' '),
)('%s is the name of a secret', (name) => {
  expect(masker.text(`{"${name}":"S"}`)).toBe(`{"${name}":"${M}"}`);
  expect(masker.text(`x ${name}: S`)).toBe(`x ${name}: ${M}`);
  expect(masker.text(`https://h/p?${name}=S`)).toBe(`https://h/p?${name}=${M}`);
});

test.each(
  'next_token NextPageToken continuationToken clientToken ClientRequestToken secretName secret_id tokenCount access_key_id X-Amz-Credential sk pk key signatureVersion authorizationCode apiKeyId'.split(
    ' ',
  ),
)('%s is not', (name) => {
  expect(masker.text(`{"${name}":"S"}`)).toBe(`{"${name}":"S"}`);
});

test('of a name or an id only what URLs in it carry is masked', () => {
  expect(masker.id('password: policy, token=x')).toBe('password: policy, token=x');
  expect(masker.id('https://b/o?token=x&n=1')).toBe(`https://b/o?token=${M}&n=1`);
});

test('further names are masked, whole or by their end', () => {
  const further = new Masker(['sk', '*_pin']);
  expect(further.text('{"sk":"a","task":"b","card_pin":"c","pins":"d"}')).toBe(
    `{"sk":"${M}","task":"b","card_pin":"${M}","pins":"d"}`,
  );
});

test('a source can have names of its own', () => {
  const further = new Masker(['*_pin', 'SHOP:sk', 'SHOP:*_pan', 'My shop:order no']);
  const text = '{"sk":"a","card_pan":"b","card_pin":"c","order-no":"d","password":"e"}';
  const masked = (...values: string[]) =>
    `{"sk":"${values[0]}","card_pan":"${values[1]}","card_pin":"${M}","order-no":"${values[2]}","password":"${M}"}`;
  expect(further.of('SHOP').text(text)).toBe(masked(M, M, 'd'));
  expect(further.of('My shop').text(text)).toBe(masked('a', 'b', M));
  expect(further.of('ECS').text(text)).toBe(masked('a', 'b', 'd'));
});

test('no value of a secret member survives, and everything else is kept, in any JSON', () => {
  const secret = fc.constant('S3CRET-value "\\ with quotes');
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.integer(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.record({ password: secret, name: tie('node') }),
      fc.record({ user_data: fc.record({ deep: secret }), other: tie('node') }),
      fc.record({ inner: tie('node').map((value) => JSON.stringify(value)) }),
    ),
  })).node;
  fc.assert(
    fc.property(tree, (value) => {
      const masked = masker.text(JSON.stringify(value));
      expect(masked).not.toContain('S3CRET');
      expect(() => JSON.parse(masked)).not.toThrow();
      if (!JSON.stringify(value).includes('S3CRET')) expect(JSON.parse(masked)).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

/** Texts of pieces that a mask could stumble over. */
const thorny = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '"',
          '\\',
          '\\"',
          '\\\\"',
          "'",
          '{',
          '}',
          '[',
          ']',
          ':',
          '=',
          ',',
          ' ',
          '\n',
          '&',
          '?',
          '%22',
          '<',
          '>',
        ],
        ...[
          'password',
          'token',
          '"password":',
          'password=',
          'Authorization: ',
          'Bearer ',
          'Cookie',
          'value',
          '"name":',
          'name: ',
          "'value': '",
          "[('Cookie', '",
          '\\\n',
          '\n  ',
          'eyJhbGciO',
          '-----BEGIN PRIVATE KEY-----',
          '%7B%22token%22%3A',
          '&quot;',
        ],
        ...['https://a:b@c', '\\u0022', '\ud83d', '--secret ', 'null', '1', '{"token":"', 'x'],
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));

test('JSON stays JSON of the same members, whatever its strings say', () => {
  fc.assert(
    fc.property(
      fc.dictionary(thorny, fc.oneof(thorny, fc.array(thorny), fc.dictionary(thorny, thorny))),
      (value) => {
        const masked = JSON.parse(masker.text(JSON.stringify(value))) as object;
        expect(Object.keys(masked)).toEqual(Object.keys(JSON.parse(JSON.stringify(value)) as object));
      },
    ),
    { numRuns: 3000 },
  );
});

test('a text that is masked again, or cut off anywhere, does not throw', () => {
  fc.assert(
    fc.property(thorny, fc.nat(200), (text, cut) => {
      const masked = masker.text(text);
      masker.text(masked);
      masker.text(text.slice(0, cut));
      masker.id(text);
    }),
    { numRuns: 3000 },
  );
});

describe('the work grows with the length of the text, not with its square', () => {
  const long = 400_000;
  const filled = (piece: string) => piece.repeat(Math.ceil(long / piece.length));
  const nested = () => {
    let text = '{"password":"x"}';
    while (text.length < long) text = JSON.stringify({ text });
    return text;
  };
  test.each<[string, string]>([
    ['backslashes behind a name', `token${filled('\\')}`],
    ['backslashes behind a name in JSON', `{"token${filled('\\')}`],
    ['backslashes and marks', `token${filled('\\"')}`],
    ['names without values', filled('"password":')],
    ['names without marks', filled('password')],
    ['names and spaces', filled('password ')],
    ['a name and spaces', `password${filled(' ')}`],
    ['unfinished strings', filled('"password":"')],
    ['unfinished structures', filled('"password":{')],
    ['unfinished structures with escapes', `x "password":{${filled('\\\\x')}`],
    ['open lists', `["password",${filled('[')}`],
    ['empty strings', `["token"${filled(',""')}`],
    ['labels within values', `${filled('{"value":')}1${filled('"name":"password"}')}`],
    ['URLs', filled('a://b:')],
    ['tags', filled('<password ')],
    ['tags of spaces', filled('<password>   ')],
    ['blocks', filled('password: |\n ')],
    ['a name that is spread', filled('p_a_s_')],
    ['a name with a gap', `p${filled('_')}`],
    ['one URL', `a://b:${filled('c')} token`],
    ['a colon before backslashes', `:${filled('\\')}@`],
    ['a colon before backslashes around a slash', `:${filled('\\')}/${filled('\\')}@`],
    ['bearers', filled('Bearer ')],
    ['bearers of spaces', filled(`Bearer${' '.repeat(1000)}`)],
    ['headers', filled('Cookie:\\')],
    ['commas', `password=${filled(',a')}`],
    ['commas of names', `password=${filled(`,${'a'.repeat(60)}`)}`],
    ['escaped letters', `{"a":"${filled('\\u0061')}"}`],
    ['JSON in JSON', nested()],
    ['percents of percents', `token=${filled('%25')}`],
    ['a name of percents', `${filled('%25')}token=x`],
    ['names of percents', filled('%25token')],
    ['percents of backslashes', `token%3A${filled('%5C%22')}`],
    ['pluses', `token=${filled('+')}`],
    ['entities', `token=${filled('&amp;')}`],
    ['beginnings of JSON', `token: x ${filled('["a [')}`],
    ['beginnings of JSON within strings', `token: x ${filled('["a [\\"')}`],
    ['beginnings of JSON that end in something else', `token: x ${filled('{"a":["b" c')}`],
    ['pairs', `token: x ${filled('[["token","b')}`],
    ['names at ends of lines', filled('password:\n')],
    ['names above blank lines', filled(`password:${'\n'.repeat(100)}`)],
    ['names above ever deeper lines', `${filled('password:\n')}\n  x`],
    ['folded headers', filled('Cookie: a\n b\n')],
    ['parts of forms', filled('Content-Disposition: form-data; name=password\n\n')],
    ['parts of forms without an end', filled(`Content-Disposition: form-data\n${'x\n'.repeat(5)}`)],
    ['objects that could describe a token', filled('{"token":')],
    ['objects that describe a token at last', `${filled('{"token":{"a":')}1`],
    ['objects that describe a token and are none', filled('{"token":{"name":1,"token":{')],
    ['items of blocks', filled('- --password\n- a\n')],
    ['blocks', filled('command:\n- mysql\nargs:\n- -pa\n')],
    ['blocks of one command', `command:\n${'- mysql\n'.repeat(9_000)}${filled('args:\n- -pa\n')}`],
    ['items at ever other depths', filled('- mysql\n - -pa\n')],
    ['rows of an insert', `insert into a (password) values ${filled("('a'),")}`],
    ['inserts without an end', filled("insert into a (password) values ('a', ")],
    [
      'inserts within an insert',
      `insert into a (password) values ${filled('(insert into a (token) values ')}`,
    ],
    ['columns', filled('insert into a (token,')],
    ['references', filled('token: ${a')],
    ['references without an end', filled('token: ${{ a ')],
    ['lists of messages', filled('{"token":["is invalid",')],
    ['what tells of a secret', filled('token: must be a ')],
    ['subscripts', filled('a["token"]=')],
    ['comparisons', filled('token == ')],
    ['types', filled('token: &str = ')],
    ['ends of keys that are cut off', `-----BEGIN PRIVATE KEY-----\n${filled('a ')}`],
    ['beginnings of keys', filled('-----BEGIN PRIVATE KEY-----')],
    ['beginnings of signed tokens', filled('eyJhbGciOiJ.')],
    ['settings', filled(';password=a ')],
    ['statements', filled('user identified by ')],
    ['labels', filled('name: token, ')],
    ['values of labels', `token: x, ${filled('value: 1, ')}`],
    ['values of labels, and their labels', `token: x ${filled('value=1&key=token&')}`],
    ['labels in open structures', filled('{name: token, ')],
    ['labels in structures', filled('{value: a, {name: token}')],
    ['labels in tags', filled('<a name="token">')],
    ['labels in tags without an end', filled('<a name="token"')],
    ['elements without an end', filled('<password>a')],
    ['tags of YAML', filled('password: !a ')],
    ['lists of headers one behind the other', `{"rawHeaders":[${filled('"token",')}`],
    ['names that end in something else', filled('{"token":x')],
    ['open lists of labels', `token: ${filled('[\\ name: ')}`],
    ['open lists of values', `token: ${filled('[\\ value: ')}`],
    ['open values of labels', `token: ${filled('[\\ value: [ name: token ')}`],
    ['open strings of labels', `token: ${filled("? name: '")}`],
    ['headers in marks', filled('"Cookie: a ')],
    ['pairs in brackets', filled("(('token', '")],
    ['lists of headers', filled('Cookie:[a')],
    ['values in prose', filled('the password for a is x1 ')],
    ['what prose says of a secret', `password ${filled('is was set to ')}`],
    ['a value in prose without an end', `password is: "${filled('1a')}`],
    ['addresses of webhooks', filled('hooks.slack.com/services/')],
    ['parts of a webhook', `https://discord.com/api/webhooks/${filled('a-')}`],
    ['codes', filled('otp: 1234 otp: ')],
    ['a code without an end', `otp: ${filled('1a')}`],
    ['doubled marks', `password='${filled("a''")}`],
    ['doubled marks behind names', filled("password=''a")],
    ['marks of all kinds', `--password 'a'${filled(`"b"'c'`)}`],
    ['marks in a word', `password=a${filled("('a")}`],
    ['marks in an argument', `--password a${filled(`'"a`)}`],
    ['marks in arguments', filled(`--password a'"`)],
    ['texts put together', `password='a'${filled(" + 'a'")}`],
    ['semicolons', `password=a${filled(';a')}`],
    ['semicolons of names', `password=a${filled(`;${'a'.repeat(60)}`)}`],
    ['braces that are doubled', filled(';password={a}}')],
    ['dollars', filled('password=$a$')],
    ['documents within a text', filled('password=<<a\n')],
    ['names above comments', filled("# 'password:\n")],
    ['a name above lists of names', filled("'cookies:\n- a: ")],
    ['names and comments', filled("'password: # ")],
    ['flags in marks', filled(`'--password',`)],
    ['flags of an open list', `[${filled('--password, ')}`],
    ['statements without marks', filled('alter user a identified by b replace ')],
    ['machines', filled('machine a login b password ')],
    ['slashes', `password ${filled('//')}@`],
    ['slashes and colons', `password ${filled('//:')}@`],
    ['programs with arguments', filled('htpasswd -b a b c ')],
    ['programs of one command', filled('sqlplus a ')],
    ['images of containers', filled('docker run -e A=b -eA mysql -p1 ')],
    ['options of mounts', filled(`mount -o ${'user=a,'.repeat(30)} `)],
    ['commands that read', filled('echo "a" b | chpasswd ')],
    ['commands that read without an end', `chpasswd ${filled('echo echo "sudo -S |')}`],
    ['documents for commands', filled('chpasswd <<a\n')],
    ['global flags of logins', filled('docker --a b --c d login -p ')],
    ['settings of programs', filled('rclone config create a b pass ')],
    ['kinds of manifests', filled('kind: Secret\ndata:\n  a: b\n')],
    ['kinds in one manifest', `${filled('kind: Secret\n')}data:\n  a: b`],
    ['data of structures', `{"kind":"Secret",${filled('"data":{"a":"b"},')}`],
    ['data before its kind', `${filled('{"data":{"a":')}1`],
    ['arguments before their command', filled('{"args":["-pa"],"command":"mysql"},')],
    ['beginnings of tokens', filled('ghp_a ')],
    ['users that are tokens', filled('//ghp_a1b2c3d4e5f6g7h8 ')],
    ['directories', filled('pwd: /home/a b ')],
    ['users of Oracle', `${filled('jdbc:oracle:thin:a/b ')}@`],
    ['settings of Redis', filled('requirepass a\n')],
    ['JSON in escaped JSON', `{"token":"${filled('\\u005c')}`],
  ])('%s', (_, text) => {
    const began = performance.now();
    masker.text(text);
    masker.id(text);
    // Some 100 ms; a step for each character before it would make it minutes.
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

test('what is the name of a secret passes the quick look', () => {
  const names = new SecretNames(['sk', '*_pin']);
  const part = fc.constantFrom(
    ...[
      'pass',
      'word',
      'private',
      'key',
      'secret',
      'token',
      'user',
      'data',
      'cook',
      'ie',
      'api',
      'sk',
      'pin',
    ],
    ...['_', '-', '.', ' ', ']', 'x', 'P', 's'],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const name = parts.join('');
      if (names.of(name)) expect([name, names.suspects(name)]).toEqual([name, true]);
    }),
    { numRuns: 5000 },
  );
});
