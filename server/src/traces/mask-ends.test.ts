import { describe, expect, test } from 'vitest';
import { Masker } from './mask.ts';
import { expectMasked, expectMaskedInJson } from './testing/masked.ts';

const masker = new Masker();
const M = '********';

/** What is masked; what stands alone stays as it is. */
type Case = [text: string, masked?: string];

const masks = (cases: Case[]) =>
  test.each(cases)('%j', (text, masked = text) => {
    expectMasked(masker, text, masked);
    expectMaskedInJson(masker, text, masked);
  });

describe('a doubled mark goes on with the value', () => {
  masks([
    ["CREATE USER jane IDENTIFIED BY 'it''S'", `CREATE USER jane IDENTIFIED BY '${M}'`],
    ["CREATE USER jane IDENTIFIED BY 'it'' S''' n", `CREATE USER jane IDENTIFIED BY '${M}' n`],
    ["ALTER LOGIN x WITH PASSWORD = N'a''S', n=1", `ALTER LOGIN x WITH PASSWORD = N'${M}', n=1`],
    ["SET PASSWORD FOR jane = PASSWORD('a''S') n", `SET PASSWORD FOR jane = ${M} n`],
    ['Server=h;Password="a""S";n=1', `Server=h;Password="${M}";n=1`],
    ["Server=h;Password='a''S;x';n=1", `Server=h;Password='${M}';n=1`],
    ["password: 'it''S'\nn: 1", `password: '${M}'\nn: 1`],
    ["host=h password='a\\'S' n=1", `host=h password='${M}' n=1`],
    [
      "CREATE SUBSCRIPTION s CONNECTION 'host=h password=''S x'' n=1'",
      `CREATE SUBSCRIPTION s CONNECTION 'host=h password=''${M}'' n=1'`,
    ],
    ['1,"{""password"": ""S x"", ""n"": 1}",2', `1,"{""password"": ""${M}"", ""n"": 1}",2`],
    ['1,"{""password"": ""$S x""}",2', `1,"{""password"": ""${M}""}",2`],
    ['msg="password="x"" level="info"', `msg="password="${M}"" level="info"`],
    ["password='a\\'' n=1", `password='${M}' n=1`],
    ["password='' user='jane'"],
    ['{"password":"a""token":"b"', `{"password":"${M}""token":"${M}"`],
    ['"token":""token":""token":"b', `"token":""token":""token":"${M}`],
    [`{'password':'','user':'jane'}`],
  ]);
});

describe('braces of ODBC go on where they are doubled', () => {
  masks([
    ['DRIVER={x};PWD={a}}S};n=1', `DRIVER={x};PWD="${M}";n=1`],
    ['PWD={a}}S b};UID=jane', `PWD="${M}";UID=jane`],
    ['DRIVER={x};PWD={a;b};n=1', `DRIVER={x};PWD="${M}";n=1`],
    ['{x={token={a=1}}, n=2}', `{x={token="${M}"}, n=2}`],
    ['password: [a]S n', `password: "${M}" n`],
  ]);
});

describe('what touches a value in marks belongs to it', () => {
  masks([
    [`mysql --password 'a'\\''S' -h db`, `mysql --password '${M}' -h db`],
    [`mysql --password 'a'"S x" -h db`, `mysql --password '${M}' -h db`],
    [`mysql --password="a"'S' -h db`, `mysql --password="${M}" -h db`],
    [`mysql --password "a"S -h db`, `mysql --password "${M}" -h db`],
    [`mysql --password a"S x" -h db`, `mysql --password ${M} -h db`],
    ['mysql --password a\\ S -h db', `mysql --password ${M} -h db`],
    ["mysql --password $'a\\'S' -h db", `mysql --password $'${M}' -h db`],
    ['PASSWORD=a\\ S cmd', `PASSWORD=${M} cmd`],
    [`PASSWORD='a'\\''S' cmd`, `PASSWORD='${M}' cmd`],
    ['password = "a" + "S"; n', `password = "${M}"; n`],
    ["password = 'a' || 'S'", `password = '${M}'`],
    [`sh -c "PASSWORD='a' cmd" and "more"`, `sh -c "PASSWORD='${M}' cmd" and "more"`],
    [`sh -c "cmd --password='a'" and "more"`, `sh -c "cmd --password='${M}'" and "more"`],
    [`{'a': "--password='b'", 'n': 1}`, `{'a': "--password='${M}'", 'n': 1}`],
    [`it's --password="a" 'b'`, `it's --password="${M}" 'b'`],
    [`said "password='a'", it's 'b'`, `said "password='${M}'", it's 'b'`],
    [`{'password': "a", 'n': 'b'}`, `{'password': "${M}", 'n': 'b'}`],
    [`<x password="a" n='b'/>`, `<x password="${M}" n='b'/>`],
    [`<x password="a"/><y n="b">c</y>`, `<x password="${M}"/><y n="b">c</y>`],
    [`the password: "a". Then "b" of 'c'.`, `the password: "${M}". Then "b" of 'c'.`],
    ['{\\"password\\":\\"a\\",\\"n\\":\\"b\\"}', `{\\"password\\":\\"${M}\\",\\"n\\":\\"b\\"}`],
  ]);
});

describe('marks and semicolons within a value of a form or a URL', () => {
  masks([
    ["user=jane&password=it'sS&n=1", `user=jane&password=${M}&n=1`],
    ["user=jane&password=a')S&n=1", `user=jane&password=${M}&n=1`],
    ["password=a'%20S&n=1", `password=${M}&n=1`],
    ['user=jane&password=a"S&n=1', `user=jane&password=${M}&n=1`],
    ["https://h/?token=a'S&n=1", `https://h/?token=${M}&n=1`],
    ["https://h/?token=a''S#n", `https://h/?token=${M}#n`],
    ["curl 'https://h/?token=a'S", `curl 'https://h/?token=${M}`],
    ['https://h/?token=a;S&n=1', `https://h/?token=${M}&n=1`],
    ['password=a;S&n=1', `password=${M}&n=1`],
    ["password: a'S\nn: 1", `password: ${M}\nn: 1`],
    ['password: a"S\nn: 1', `password: ${M}\nn: 1`],
    ['PASSWORD=a; echo b', `PASSWORD=${M}; echo b`],
    ['password=a;user=jane', `password=${M};user=jane`],
    ['password=a; user id=jane', `password=${M}; user id=jane`],
    ["curl 'https://h/?token=a' -s 'b'", `curl 'https://h/?token=${M}' -s 'b'`],
    ["open('https://h/?token=a')", `open('https://h/?token=${M}')`],
    ["{'url': u'https://h/?token=a', 'n': 'b'}", `{'url': u'https://h/?token=${M}', 'n': 'b'}`],
    ['<a href="https://h/?token=a">b</a>', `<a href="https://h/?token=${M}">b</a>`],
    ["it's at https://h/?token=a, isn't it", `it's at https://h/?token=${M}, isn't it`],
  ]);
});

describe('YAML below a name', () => {
  masks([
    ['passwords:\n- a\n- b\nn: 1', `passwords:\n${M}\nn: 1`],
    ['cookies:\n- a=b\nn: 1', `cookies:\n${M}\nn: 1`],
    ['spec:\n  passwords:\n  - a\n  - b\n  n: 1', `spec:\n  passwords:\n  ${M}\n  n: 1`],
    ['- passwords:\n  - a\n- n: 1', `- passwords:\n  ${M}\n- n: 1`],
    ['password: !x\n  a\nn: 1', `password: ${M}\nn: 1`],
    ['password: &a\n  b\nn: 1', `password: ${M}\nn: 1`],
    ['password: !!binary # c\n  a\nn: 1', `password: !!binary ${M}\nn: 1`],
    ['password: # c\n  a\nn: 1', `password: ${M}\nn: 1`],
    ['password:\n# c\n  a\nn: 1', `password:\n# c\n  ${M}\nn: 1`],
    ['passwords: # c\n- a\nn: 1', `passwords: ${M}\nn: 1`],
    ['password: | # c\n  a\nn: 1', `password: | # c\n  ${M}\nn: 1`],
    ['- password:\n- n: 1'],
    ['token: !x\nn: 1', `token: ${M}\nn: 1`],
  ]);
});

describe('lists of arguments', () => {
  masks([
    [
      "Command '['mysql', '--password', 'S']' returned non-zero exit status 1.",
      `Command '['mysql', '--password', '${M}']' returned non-zero exit status 1.`,
    ],
    ["Command '['mysql', '--password=S', '-v']'", `Command '['mysql', '--password=${M}', '-v']'`],
    ["argv: ('--token', 'S', '-v')", `argv: ('--token', '${M}', '-v')`],
    ["[b'--token', b'S']", `[b'--token', b'${M}']`],
    ['"mysql" "--password" "S" "-v"', `"mysql" "--password" "${M}" "-v"`],
    ["'mysql' '--db-password' 'S' '-v'", `'mysql' '--db-password' '${M}' '-v'`],
    [
      'Start-Process mysql -ArgumentList "--password", "S"',
      `Start-Process mysql -ArgumentList "--password", "${M}"`,
    ],
    ["args=['-Password','S'];", `args=['-Password','${M}'];`],
    ['exec: [mysql, --password, S, -v]', `exec: [mysql, --password, ${M}, -v]`],
    ['exec: "mysql" "--password" "S": exit status 1', `exec: "mysql" "--password" "${M}": exit status 1`],
    ['%w[mysql --password S] failed', `%w[mysql --password ${M}] failed`],
    ['{\\"args\\": [\\"--token\\" \\"S\\"]}', `{\\"args\\": [\\"--token\\" \\"${M}\\"]}`],
    ['--password ^\r\n S -h db', `--password ^\r\n ${M} -h db`],
    ['--password `\n S -h db', `--password \`\n ${M} -h db`],
    ['use --password, --token, or a file'],
    ["parser.add_argument('--password', help='the words', dest='b')"],
    ["run('--password', path)"],
    ["'--password' is missing, use 'b'"],
  ]);
});

describe('flags of curl', () => {
  masks([
    ['curl --oauth2-bearer S u', `curl --oauth2-bearer ${M} u`],
    ['curl --proxy-user jane:S u', `curl --proxy-user ${M} u`],
    ['["curl","--oauth2-bearer","S","u"]', `["curl","--oauth2-bearer","${M}","u"]`],
    ["['curl', '--oauth2-bearer', 'S']", `['curl', '--oauth2-bearer', '${M}']`],
    ["curl -H 'Proxy-Authorization: Basic S' u", `curl -H 'Proxy-Authorization: ${M}' u`],
    ['{"bearer":"of news","proxy_user":"jane"}'],
    ['the bearer of news'],
  ]);
});

describe('statements, and other places of passwords', () => {
  masks([
    ["ALTER USER x PASSWORD E'a\\'S' n", `ALTER USER x PASSWORD E'${M}' n`],
    ["ALTER USER x PASSWORD U&'S' n", `ALTER USER x PASSWORD U&'${M}' n`],
    ['ALTER USER x PASSWORD $$S x$$ n', `ALTER USER x PASSWORD $$${M}$$ n`],
    ["ALTER USER x PASSWORD $a$it's $$ S$a$ n", `ALTER USER x PASSWORD $a$${M}$a$ n`],
    ['password=$$S$$ n', `password=$$${M}$$ n`],
    ['PASSWORD=$$ cmd', `PASSWORD=${M} cmd`],
    [
      'CREATE USER jane IDENTIFIED BY S DEFAULT TABLESPACE t',
      `CREATE USER jane IDENTIFIED BY ${M} DEFAULT TABLESPACE t`,
    ],
    ['alter user jane identified by S replace R;', `alter user jane identified by ${M} replace ${M};`],
    ["ALTER USER jane IDENTIFIED BY 'S' REPLACE 'R'", `ALTER USER jane IDENTIFIED BY '${M}' REPLACE '${M}'`],
    ["CREATE USER jane IDENTIFIED BY VALUES 'S'", `CREATE USER jane IDENTIFIED BY VALUES '${M}'`],
    ["CREATE USER jane IDENTIFIED WITH x AS 'S'", `CREATE USER jane IDENTIFIED WITH x AS '${M}'`],
    ['password = <<-EOT\n  S\n  EOT\nn = 1', `password = <<-EOT\n${M}\n  EOT\nn = 1`],
    ['machine h login u password S\nmachine i', `machine h login u password ${M}\nmachine i`],
    ['machine h\n  login u\n  password S', `machine h\n  login u\n  password ${M}`],
    ['//u:S@h/x', `//u:${M}@h/x`],
    ['src="//u:S@h/x"', `src="//u:${M}@h/x"`],
    ['a=%2F%2Fu:S@h', `a=%2F%2Fu:${M}@h`],
    ['\\/\\/u:S@h', `\\/\\/u:${M}@h`],
    ['redis://:S@h //1u:T@h', `redis://:${M}@h //1u:${M}@h`],
    ['the default password was changed, the machine is up'],
    ['the user identified by id 5 is missing'],
    ['// see jane: mail a@h'],
    ['a wrong password $1 and $2'],
  ]);
});

test('of an id what a URL without its scheme carries is masked, too', () => {
  expect(masker.id('//u:S@h/x')).toBe(`//u:${M}@h/x`);
  expect(masker.id("https://h/?token=it'sS&n=1")).toBe(`https://h/?token=${M}&n=1`);
});
