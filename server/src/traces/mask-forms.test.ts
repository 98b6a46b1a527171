import { describe, expect, test } from 'vitest';
import { Masker } from './mask.ts';
import { expectMasked } from './testing/masked.ts';

const masker = new Masker();
const M = '********';

/** What is masked; what stands alone stays as it is. */
type Case = [text: string, masked?: string];

const masks = (cases: Case[]) =>
  test.each(cases)('%j', (text, masked = text) => {
    expectMasked(masker, text, masked);
  });

describe('members named twice', () => {
  masks([
    ['{"password":"a","password":"b"}', `{"password":"${M}","password":"${M}"}`],
    ['{"name":"token","value":"a","value":"b"}', `{"name":"token","value":"${M}","value":"${M}"}`],
    ['{"value":"a","value":1,"name":"token"}', `{"value":"${M}","value":"${M}","name":"token"}`],
    ['{"name":"token","name":"size","value":"a"}', `{"name":"token","name":"size","value":"${M}"}`],
    ['{"name":"size","name":"token","value":"a"}', `{"name":"size","name":"token","value":"${M}"}`],
    ['{"value":"a","name":"size","name":"token"}', `{"value":"${M}","name":"size","name":"token"}`],
    ['{"value":"a","name":"size","value":"b","name":"count"}'],
  ]);
});

describe('pairs in lists', () => {
  masks([
    [
      '[["Authorization","Basic a"],["Accept","b"],["Cookie","c"]]',
      `[["Authorization","${M}"],["Accept","b"],["Cookie","${M}"]]`,
    ],
    ['{"headers":[["x-api-key",["a","b"]]]}', `{"headers":[["x-api-key","${M}"]]}`],
    ['{"required":["password","token"]}'],
    ['["token","secret"]'],
    ['[["password","token","user"]]'],
    ['[["password"],["token"]]'],
  ]);
});

describe('JSON behind other text', () => {
  masks([
    ['\ufeff{"name":"token","value":"a"}', `\ufeff{"name":"token","value":"${M}"}`],
    ['sent {"Key":"token","Value":"a"} to it', `sent {"Key":"token","Value":"${M}"} to it`],
    ['[{"name":"token","value":"a",},{"b":1,},]', `[{"name":"token","value":"${M}",},{"b":1,},]`],
    ['{"password":"a",}', `{"password":"${M}",}`],
    ['{"text":"\ufeffx [[\\"Cookie\\",\\"a\\"]]"}', `{"text":"\ufeffx [[\\"Cookie\\",\\"${M}\\"]]"}`],
    ['x {"name":"token","n":NaN,"value":"a"}', `x {"name":"token","n":NaN,"value":"${M}"}`],
    ['[1] "token": "a"', `[1] "token": "${M}"`],
    ['["password" => "a"]', `["password" => "${M}"]`],
    ['a ["it"s, token: b] {"token":"c"}', `a ["it"s, token: ${M}] {"token":"${M}"}`],
    ['x [["Cookie","a', `x [["Cookie","${M}"`],
    ['see {"name":"size","value":"a"} and [["Accept","b"]]'],
    [
      'say "{\\"name\\":\\"token\\",\\"value\\":\\"a\\"}"',
      `say "{\\"name\\":\\"token\\",\\"value\\":\\"${M}\\"}"`,
    ],
    ['x {\\\\\\"token\\\\\\":\\\\\\"a\\\\\\"}', `x {\\\\\\"token\\\\\\":\\\\\\"${M}\\\\\\"}`],
    [String.raw`{\x22token\x22:\x22a\x22}`, String.raw`{\x22token\x22:\x22${M}\x22}`],
    [String.raw`{\x22token\x22:{\x22a\x22:1}}`, String.raw`{\x22token\x22:\"${M}\"}`],
  ]);
});

describe('names and texts with the escapes of URLs', () => {
  masks([
    ['pass%77ord=a&n=1', `pass%77ord=${M}&n=1`],
    ['n=1&access%5Ftoken=a%26b&m=2', `n=1&access%5Ftoken=${M}&m=2`],
    ['https://h/p?api%2dkey=a#b', `https://h/p?api%2dkey=${M}#b`],
    ['https://h/p?api%255Fkey=a', `https://h/p?api%255Fkey=${M}`],
    ['user%5Bapi_key%5D=a', `user%5Bapi_key%5D=${M}`],
    [
      'https://h/?redirect_uri=https%3A%2F%2Fx%2Fcb%3Fapi%255Fkey%3Da%2526b%26n%3D1&m=2',
      `https://h/?redirect_uri=https%3A%2F%2Fx%2Fcb%3Fapi%255Fkey%3D${M}%26n%3D1&m=2`,
    ],
    ['u=https%253A%252F%252Fx%253Ftoken%253Da%2526n', `u=https%253A%252F%252Fx%253Ftoken%253D${M}%2526n`],
    ['https://h/#access_token=a&n=1', `https://h/#access_token=${M}&n=1`],
    ['https://h/#/p?id%5Ftoken=a', `https://h/#/p?id%5Ftoken=${M}`],
    ['u=https%3A%2F%2Fjane%3Aa%40h%2Fp', `u=https%3A%2F%2Fjane%3A${M}%40h%2Fp`],
    ['"url":"https:\\/\\/jane:a@h\\/p"', `"url":"https:\\/\\/jane:${M}@h\\/p"`],
    ['p=%7B%22token%22%3A%22a*b%22%2C%22n%22%3A1%7D', `p=%7B%22token%22%3A%22${M}%22%2C%22n%22%3A1%7D`],
    ['p=%7B%22token%22%3A%7B%22a%22%3A1%7D%7D', `p=%7B%22token%22%3A%22${M}%22%7D`],
    ['p={%22name%22:%22token%22,%22value%22:%22a,b%22}', `p={%22name%22:%22token%22,%22value%22:%22${M}%22}`],
    ['cmd=mysql+--password+a+-h+db', `cmd=mysql+--password+${M}+-h+db`],
    ['u=%2Fp%3Fsv%3D1%26sig%3Da', `u=%2Fp%3Fsv%3D1%26sig%3D${M}`],
    [
      '{&quot;name&quot;:&quot;token&quot;,&quot;value&quot;:&quot;a&quot;}',
      `{&quot;name&quot;:&quot;token&quot;,&quot;value&quot;:&quot;${M}&quot;}`,
    ],
    ['https://h/p?a=1&amp;sig=b&amp;c=2', `https://h/p?a=1&amp;sig=${M}&amp;c=2`],
    ['https://h/p%20q?next%5Ftoken=a&page=100%25'],
    ['arn%3Aaws%3Asecretsmanager%3Aus-east-1%3A1%3Asecret%3Aname'],
    ['GET /v1/password%2Dpolicies?limit=1'],
  ]);
});

describe('a label and its value in other notations', () => {
  masks([
    ["{'name': 'token', 'value': 'a'}", `{'name': 'token', 'value': '${M}'}`],
    [
      "[{'Value': 'a', 'Key': 'token'}, {'Value': 'b', 'Key': 'c'}]",
      `[{'Value': '${M}', 'Key': 'token'}, {'Value': 'b', 'Key': 'c'}]`,
    ],
    [
      '{name: token, name: x, tags: {name: y}, value: a}',
      `{name: token, name: x, tags: {name: y}, value: ${M}}`,
    ],
    ['{"name":"token", /* why */ "value":"a"}', `{"name":"token", /* why */ "value":"${M}"}`],
    [
      '- name: A\n  value: b\n- name: DB_PASSWORD\n  value: c\n- name: D\n  value: e',
      `- name: A\n  value: b\n- name: DB_PASSWORD\n  value: ${M}\n- name: D\n  value: e`,
    ],
    [
      '--parameters ParameterKey=Token,ParameterValue=a ParameterKey=B,ParameterValue=c',
      `--parameters ParameterKey=Token,ParameterValue=${M} ParameterKey=B,ParameterValue=c`,
    ],
    [
      'P.1.ParameterKey=Token&P.1.ParameterValue=a%26b&P.2.ParameterKey=B&P.2.ParameterValue=c',
      `P.1.ParameterKey=Token&P.1.ParameterValue=${M}&P.2.ParameterKey=B&P.2.ParameterValue=c`,
    ],
    ['Value=a&Key=b&Value=c&Key=token', `Value=a&Key=b&Value=${M}&Key=token`],
    [
      'aws ssm put-parameter --name /prod/db-password --value a',
      `aws ssm put-parameter --name /prod/db-password --value ${M}`,
    ],
    [
      '<add key="a" value="b"/><add key="ApiToken" value="c"/>',
      `<add key="a" value="b"/><add key="ApiToken" value="${M}"/>`,
    ],
    ['<input type="password" name="pwd" value="a">', `<input type="password" name="pwd" value="${M}">`],
    [
      '<p><name>token</name><value>a</value></p><p><name>b</name><value>c</value></p>',
      `<p><name>token</name><value>${M}</value></p><p><name>b</name><value>c</value></p>`,
    ],
    [
      '<string name="api_key">a</string><string name="b">c</string>',
      `<string name="api_key">${M}</string><string name="b">c</string>`,
    ],
    [
      '<key>password</key>\n<string>a</string><key>b</key><string>c</string>',
      `<key>password</key>\n<string>${M}</string><key>b</key><string>c</string>`,
    ],
    ["{\"x\":\"{'name': 'token', 'value': 'a'}\"}", `{"x":"{'name': 'token', 'value': '${M}'}"}`],
    [
      'map[Authorization:[Basic a] Accept:[b] Cookie:[c d]]',
      `map[Authorization:[${M}] Accept:[b] Cookie:[${M}]]`,
    ],
    ['Cookie: [a=[b]; c=d', `Cookie: ${M}`],
    ["{'Cookie': ['a', 'b'], 'n': 1}", `{'Cookie': [${M}], 'n': 1}`],
    [
      "[('Authorization', 'Basic a'), ('Accept', 'b'), ('Cookie', 'c')]",
      `[('Authorization', '${M}'), ('Accept', 'b'), ('Cookie', '${M}')]`,
    ],
    ['{"password":a}', `{"password":${M}}`],
    [
      '[{"op":"add","path":"/stringData/x","value":"a"},{"op":"add","path":"/data/x","value":"b"}]',
      `[{"op":"add","path":"/stringData/x","value":"${M}"},{"op":"add","path":"/data/x","value":"b"}]`,
    ],
    [
      `kubectl patch secret s --type=json -p='[{"op":"replace","path":"/data/x","value":"a"}]'`,
      `kubectl patch secret s --type=json -p='[{"op":"replace","path":"/data/x","value":"${M}"}]'`,
    ],
    [
      '{"op":"replace","path":"/spec/password","value":"a"}',
      `{"op":"replace","path":"/spec/password","value":"${M}"}`,
    ],
    [
      '{"field":"password","old":"a","new":"b","oldValue":"c"}',
      `{"field":"password","old":"${M}","new":"${M}","oldValue":"${M}"}`,
    ],
    ['{"OptionName":"DBPassword","OptionValue":"a"}', `{"OptionName":"DBPassword","OptionValue":"${M}"}`],
    [
      '{"rawHeaders":["Cookie","a","Host","b","Accept","Authorization"]}',
      `{"rawHeaders":["Cookie","${M}","Host","b","Accept","Authorization"]}`,
    ],
    ['password: !!str a\ntoken: &t b', `password: !!str ${M}\ntoken: &t ${M}`],
    ['password: !vault |\n  a\n', `password: !vault |\n  ${M}\n`],
    ["{'password': u'a', 'token': b'c'}", `{'password': u'${M}', 'token': b'${M}'}`],
    ["config['password'] = 'a'", `config['password'] = '${M}'`],
    ['s:8:"password";s:1:"a";', `s:8:"password";s:1:"${M}";`],
    ['<x:secret a="b"><value>c</value></x:secret><n>1</n>', `<x:secret a="b">${M}</x:secret><n>1</n>`],
    ['<credentials><user>a</user></credentials>'],
    [
      '{"password_confirmation":"a","passwordHash":"b"}',
      `{"password_confirmation":"${M}","passwordHash":"${M}"}`,
    ],
    ['{"type":"string","value":"a"},{"id":"token_count","value":1},{"path":"/tokens/","value":2}'],
    ['name: token service, size: 5; value: 7'],
    ['field: password must not be empty, value: 7 characters'],
    ['the key: value pairs of name=jane value=1'],
    ["{'name': 'token_count', 'value': 5}, {'key': 'secretName', 'value': 'x'}"],
    ["in ('password', 'username') or f('token', 'x')"],
    ['<label name="password">Password</label>', `<label name="password">${M}</label>`],
  ]);
});

describe('values on other lines than their names', () => {
  masks([
    ['password:\n  a b\n  c\nuser: jane', `password:\n  ${M}\nuser: jane`],
    ['db:\r\n  password:\r\n    a\r\n  user: jane', `db:\r\n  password:\r\n    ${M}\r\n  user: jane`],
    ['- password:\n    a\n  user: jane', `- password:\n    ${M}\n  user: jane`],
    ['key: x\nprivate_key: |-\n  a\n\n  b\nuser: jane', `key: x\nprivate_key: |-\n  ${M}\nuser: jane`],
    ['a:\n  token: >\n    b\n  c: d', `a:\n  token: >\n    ${M}\n  c: d`],
    ['a=password%3A%0A++b%0Auser%3A+jane', `a=password%3A%0A++${M}%0Auser%3A+jane`],
    ['"password":\n  "a"\n', `"password":\n  "${M}"\n`],
    ['password=\\\n a', `password=\\\n ${M}`],
    ['mysql --password \\\n  a -h db', `mysql --password \\\n  ${M} -h db`],
    ['Authorization: Digest a,\r\n b\r\nHost: c', `Authorization: ${M}\r\nHost: c`],
    ['Host: c\r\nCookie: a=1;\r\n\tb=2\r\n\r\n  body', `Host: c\r\nCookie: ${M}\r\n\r\n  body`],
    ['Authorization:\r\n Basic a\r\nHost: c', `Authorization:\r\n ${M}\r\nHost: c`],
    ['headers:\n  Cookie: a\n  Host: b', `headers:\n  Cookie: ${M}\n  Host: b`],
    ["password: '''a'b''' c", `password: '''${M}''' c`],
    ['token = """\na "b" c"""\nd', `token = """${M}"""\nd`],
    ['credentials:\n  user: jane\n  password: a', `credentials:\n  user: jane\n  password: ${M}`],
    ['credentials:\n  a', `credentials:\n  ${M}`],
    ['SyntaxError: unexpected token:\n    at parse (a.js:1)\n    at main'],
    ['Enter password:\nuser: jane'],
    ['password:\nuser: jane'],
    ['tokens:\n  - a\nsecretName:\n  b'],
  ]);
});

describe('command lines and environments', () => {
  masks([
    ['psql --password a', `psql --password ${M}`],
    ['run --db-password=a -v', `run --db-password=${M} -v`],
    ['PASSWORD=a PGPASSWORD=b cmd', `PASSWORD=${M} PGPASSWORD=${M} cmd`],
    ['export API_TOKEN="a b" X=c', `export API_TOKEN="${M}" X=c`],
    ['TOKEN+=a', `TOKEN+=${M}`],
    ['mysql -p a -h db'],
    ['ssh -i token --verbose host'],
    ['rm --token-file /tmp/token'],
  ]);
});

describe('short flags of programs', () => {
  masks([
    ['curl -u jane:a https://h/p', `curl -u jane:${M} https://h/p`],
    ['curl -sSu jane https://h/p?n=1'],
    ['curl -s -ujane:a:b https://h', `curl -s -ujane:${M} https://h`],
    [`curl -X POST -u 'jane:a b' https://h`, `curl -X POST -u 'jane:${M}' https://h`],
    ['curl --user jane:a -U p:b https://h', `curl --user jane:${M} -U p:${M} https://h`],
    ['curl --user=jane:a https://h', `curl --user=jane:${M} https://h`],
    ['curl \\\n  -u "jane:a" \\\n  https://h', `curl \\\n  -u "jane:${M}" \\\n  https://h`],
    ['cmd=curl+-u+jane%3Aa+https%3A%2F%2Fh', `cmd=curl+-u+jane%3A${M}+https%3A%2F%2Fh`],
    ['{"args":["sh","-c","curl -u jane:a https://h"]}', `{"args":["sh","-c","curl -u jane:${M} https://h"]}`],
    ['sh -c "curl -u \\"jane:a\\" https://h"', `sh -c "curl -u \\"jane:${M}\\" https://h"`],
    ['mysql -h db -u root -pa1 shop', `mysql -h db -u root -p${M} shop`],
    ["mysqldump -uroot -p'a b' shop", `mysqldump -uroot -p'${M}' shop`],
    ['sshpass -p a ssh jane@h', `sshpass -p ${M} ssh jane@h`],
    ["sshpass -p'a b' ssh jane@h", `sshpass -p'${M}' ssh jane@h`],
    ['docker login -u jane -p a registry.example.com', `docker login -u jane -p ${M} registry.example.com`],
    ['helm registry login h -u jane -p a', `helm registry login h -u jane -p ${M}`],
    ['redis-cli -h db -a b ping', `redis-cli -h db -a ${M} ping`],
    ['ldapsearch -x -D cn=admin -w a -b dc=x', `ldapsearch -x -D cn=admin -w ${M} -b dc=x`],
    ['curl -sSLu jane:a -u :b https://h', `curl -sSLu jane:${M} -u :${M} https://h`],
    [
      "curl -H 'A: b; c; d' -u p:a -b 'sid=b; n=c' --pass d u",
      `curl -H 'A: b; c; d' -u p:${M} -b 'sid=${M}' --pass ${M} u`,
    ],
    ['curl https://h/?a=1&b=2 -H A: b; q=1 -u p:a', `curl https://h/?a=1&b=2 -H A: b; q=1 -u p:${M}`],
    [`curl -d '${'x'.repeat(3000)}' \\\n -u p:a`, `curl -d '${'x'.repeat(3000)}' \\\n -u p:${M}`],
    ['mysqladmin -u root password a', `mysqladmin -u root password ${M}`],
    [
      'redis-cli -h h AUTH a; redis-cli --pass b ping',
      `redis-cli -h h AUTH ${M}; redis-cli --pass ${M} ping`,
    ],
    ['redis-cli AUTH jane a', `redis-cli AUTH jane ${M}`],
    ['redis-cli config set requirepass a', `redis-cli config set requirepass ${M}`],
    ["openssl rsa -passin pass:a -passout 'pass:b c'", `openssl rsa -passin pass:${M} -passout 'pass:${M}'`],
    ['aws configure set aws_secret_access_key a', `aws configure set aws_secret_access_key ${M}`],
    [
      'npm config set //h/:_authToken a; setx DB_PASSWORD b',
      `npm config set //h/:_authToken ${M}; setx DB_PASSWORD ${M}`,
    ],
    [
      'kubectl create secret generic d --from-literal=n=a',
      `kubectl create secret generic d --from-literal=n=${M}`,
    ],
    ['mongosh -u u -p a; sqlcmd -U sa -P b', `mongosh -u u -p ${M}; sqlcmd -U sa -P ${M}`],
    ['useradd -p a jane; smbclient //h/s -U jane%b', `useradd -p ${M} jane; smbclient //h/s -U jane%${M}`],
    [
      'rabbitmqctl add_user jane a; mosquitto_pub -P b',
      `rabbitmqctl add_user jane ${M}; mosquitto_pub -P ${M}`,
    ],
    [
      'keytool -storepass a -keypass b; REDISCLI_AUTH=c x',
      `keytool -storepass ${M} -keypass ${M}; REDISCLI_AUTH=${M} x`,
    ],
    ['curl -A A/5.0 (X11; B) -u p:a u', `curl -A A/5.0 (X11; B) -u p:${M} u`],
    [`mysql -e "select 1; x" -pa db`, `mysql -e "select 1; x" -p${M} db`],
    ['sshpass -P "pass phrase" -p a ssh h', `sshpass -P "pass phrase" -p ${M} ssh h`],
    ['& "C:\\curl.exe" -u p:a u', `& "C:\\curl.exe" -u p:${M} u`],
    ['command=[curl, -u, p:a, u]', `command=[curl, -u, p:${M}, u]`],
    ['a0="curl" a1="-u" a2="p:a" a3="u"', `a0="curl" a1="-u" a2="p:${M}" a3="u"`],
    [
      'a0="sshpass" a1="-p" a2="a" a3="ssh" a4="-p" a5="22"',
      `a0="sshpass" a1="-p" a2="${M}" a3="ssh" a4="-p" a5="22"`,
    ],
    ['a0="mysql" a1="-uroot" a2="-pa"', `a0="mysql" a1="-uroot" a2="-p${M}"`],
    ['a0="psql" a1="--password" a2="a"', `a0="psql" a1="--password" a2="${M}"`],
    ['docker exec -it db mysql -pa', `docker exec -it db mysql -p${M}`],
    ['mysql -u root -p shop'],
    ['docker run -u 1000:1000 -p 80:80 nginx'],
    ['docker run --user 1000:1000 mysql -p 1'],
    ['ssh -p 22 jane@h; login -p'],
    ['curl/8.5.0 (x86_64) -u'],
    ['tar -p x; mysqlserver is up'],
    // Names that every object has are flags of nothing.
    ...Object.getOwnPropertyNames(Object.prototype).map((name): Case => [`curl --${name} x -${name}`]),
  ]);
});

describe('flags of other programs, and of none', () => {
  masks([
    ['mysql -h h && ssh -p2222 jane@h'],
    ['mysql db < x.sql; mkdir -pv /x'],
    ['mysql db | docker run -p8080:80 x'],
    ['redis-cli keys x | grep -a y'],
    ['ldapsearch -x\ngrep -w a b'],
    ['docker login h; docker run -p 8080:80 x'],
    ['docker login h && mkdir -p /x'],
    ['curl -s h > x; docker run -u 1000:1000 x'],
    ['apt install curl && su-exec -u node:node x'],
    ['sshpass -e ssh -p 22 jane@h', 'sshpass -e ssh -p 22 jane@h'],
    ['sshpass -f /x /usr/bin/ssh -p 22 jane@h'],
    ['docker run --name mysql -p3306:3306 mysql:8'],
    ['mysqld -port 3306; curl -b cookies.txt u'],
    ['mysql -e "select password from users"'],
    ['openssl rsa -passin env:A -passout file:/x'],
    ['kubectl create configmap c --from-literal=n=a'],
    ['rabbitmqctl add_user jane'],
    ['aws configure set region eu; failed to set password for jane'],
  ]);
});

describe('arguments of programs in lists of JSON', () => {
  masks([
    ['{"cmd":["mysql","-u","root","-pa b","shop"]}', `{"cmd":["mysql","-u","root","-p${M}","shop"]}`],
    [
      '["/usr/bin/sshpass","-p","a\\"b,c","ssh","-p","22"]',
      `["/usr/bin/sshpass","-p","${M}","ssh","-p","22"]`,
    ],
    ['["curl","-su","jane:\\u0041 b","u"]', `["curl","-su","jane:${M}","u"]`],
    ['["docker","login","-u","j","-p","a"]', `["docker","login","-u","j","-p","${M}"]`],
    ['[ "mysql" ,\n "-pa" ]', `[ "mysql" ,\n "-p${M}" ]`],
    ['{"command":"curl","args":["-u","p:a","u"]}', `{"command":"curl","args":["-u","p:${M}","u"]}`],
    [
      '{"command":["mysqladmin"],"args":["-pa","ping"]}',
      `{"command":["mysqladmin"],"args":["-p${M}","ping"]}`,
    ],
    ['{"command":"docker","args":["run","-p","80:80"]}'],
    ['{"command":"curl","n":{"args":["-u","p:a"]}}'],
    ['["redis-cli","-a","a","get","b"]', `["redis-cli","-a","${M}","get","b"]`],
    ['["openssl","rsa","-passin","pass:a"]', `["openssl","rsa","-passin","pass:${M}"]`],
    [
      '["aws","configure","set","aws_secret_access_key","a"]',
      `["aws","configure","set","aws_secret_access_key","${M}"]`,
    ],
    ["{'args': ['sshpass', '-p', 'a', 'ssh']}", `{'args': ['sshpass', '-p', '${M}', 'ssh']}`],
    ['["docker","run","-p","80:80","mysql","-v"]'],
    ['["mysql","-u","root"]'],
    ['{"names":["mysql","curl"],"n":["-p","-u"]}'],
  ]);
});

describe('logs and environments that name no secret', () => {
  masks([
    ['sudo: jane : TTY=pts/0 ; PWD=/home/jane ; USER=root ; COMMAND=/bin/sh'],
    ['passwd[123]: pam_unix(passwd:chauthtok): password changed for jane'],
    ['passwd: password changed for jane'],
    ['{"env":["PWD=/home/jane","OLDPWD=/"]}'],
    ['{"PWD":"/home/jane","pwd":"/a"}', `{"PWD":"/home/jane","pwd":"${M}"}`],
    [
      '{"authorization":{"action":"a/b","scope":"/s","role":"r","parameter":"x"}}',
      `{"authorization":{"action":"a/b","scope":"/s","role":"r","parameter":"${M}"}}`,
    ],
    ['said "sshpass -p" and "x"; it is "mysql -p" or "y"'],
    ['Login failed: password: incorrect, token: expired'],
    [
      '{"requirePassword":"no","token":"Expired.","password":"nobody"}',
      `{"requirePassword":"no","token":"Expired.","password":"${M}"}`,
    ],
    ['?require_password=no&has_token=yes&password=note', `?require_password=no&has_token=yes&password=${M}`],
    ['passwd: a', `passwd: ${M}`],
    ['Server=h;UID=sa;PWD=/a;n=1', `Server=h;UID=sa;PWD=${M};n=1`],
  ]);
});

describe('values that should have been escaped, and arrows', () => {
  masks([
    ['postgres://jane:a/b@db/shop', `postgres://jane:${M}@db/shop`],
    ['amqp://jane:a#b?c@mq', `amqp://jane:${M}@mq`],
    ['password -> a', `password -> ${M}`],
    ['changed: api_key -> a, size -> 5', `changed: api_key -> ${M}, size -> 5`],
    ['http://h:8080/p?mail=jane@x'],
    ['docker pull h:5000/a/b@sha256:00'],
    ['ptr->token->next'],
  ]);
});

describe('forms in parts', () => {
  const part = (name: string, value: string) =>
    `--b0\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  masks([
    [
      `${part('user', 'jane')}${part('password', 'a\r\n--b\r\nc')}${part('n', '1')}--b0--`,
      `${part('user', 'jane')}${part('password', M)}${part('n', '1')}--b0--`,
    ],
    [
      'Content-Disposition: form-data; name="password"\r\n\r\na\r\n--b',
      `Content-Disposition: form-data; name="password"\r\n\r\n${M}\r\n--b`,
    ],
    [
      '--b\nContent-Type: text/plain\ncontent-disposition: form-data; filename="x"; name=user[token]\nX: y\n\na: b\nc\n--b--',
      `--b\nContent-Type: text/plain\ncontent-disposition: form-data; filename="x"; name=user[token]\nX: y\n\n${M}\n--b--`,
    ],
    [
      String.raw`--b\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\na\r\n--b--`,
      String.raw`--b\r\nContent-Disposition: form-data; name=\"api_key\"\r\n\r\n${M}\r\n--b--`,
    ],
    [part('token', 'cut off').slice(0, -4), part('token', M).slice(0, -2)],
    [part('note', 'the password is too short')],
    ['Content-Disposition: attachment; filename="password.txt"\r\n\r\ntext'],
  ]);
});

describe('keys and signed tokens are known by their form', () => {
  masks([
    [
      'x -----BEGIN RSA PRIVATE KEY-----\nMIIE\nAb==\n-----END RSA PRIVATE KEY----- y',
      `x -----BEGIN RSA PRIVATE KEY-----\n${M}\n-----END RSA PRIVATE KEY----- y`,
    ],
    [
      '{"key":"-----BEGIN PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA\\nx"}',
      `{"key":"-----BEGIN PRIVATE KEY-----\\n${M}"}`,
    ],
    [
      'k=-----BEGIN+EC+PRIVATE+KEY-----%0AMIIE%0A-----END+EC+PRIVATE+KEY-----&n=1',
      `k=-----BEGIN+EC+PRIVATE+KEY-----%0A${M}%0A-----END+EC+PRIVATE+KEY-----&n=1`,
    ],
    [
      'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.dozjgNryP4J3jVmNHl0w5N_X.',
      `got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.${M}.`,
    ],
    [
      '-----END CERTIFICATE----------BEGIN PRIVATE KEY-----a b-----END PRIVATE KEY-----',
      `-----END CERTIFICATE----------BEGIN PRIVATE KEY-----${M}-----END PRIVATE KEY-----`,
    ],
    ...['export_', 'key', 'v1.', '7', 'a-', 'a--_', '%20', 'é', 'x=y', '{"a":1}'].map((before): Case => {
      const key = `${before}-----BEGIN RSA PRIVATE KEY-----`;
      return [`${key}a b-----END RSA PRIVATE KEY----- y`, `${key}${M}-----END RSA PRIVATE KEY----- y`];
    }),
    [
      '{"pem":"a-----BEGIN PRIVATE KEY-----\\nb c\\n-----END PRIVATE KEY-----"}',
      `{"pem":"a-----BEGIN PRIVATE KEY-----\\n${M}\\n-----END PRIVATE KEY-----"}`,
    ],
    [
      'password=-----BEGIN PRIVATE KEY-----\na b\n-----END PRIVATE KEY----- y',
      `password=${M}\n-----END PRIVATE KEY----- y`,
    ],
    [
      'token: b-----BEGIN PRIVATE KEY-----a b\n-----END PRIVATE KEY----- y',
      `token: ${M}\n-----END PRIVATE KEY----- y`,
    ],
    [
      'Cookie: c-----BEGIN PRIVATE KEY-----\na b\n-----END PRIVATE KEY-----\nHost: h',
      `Cookie: ${M}\n-----END PRIVATE KEY-----\nHost: h`,
    ],
    ['expected -----BEGIN PRIVATE KEY----- but found something else'],
    ['-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----'],
    ['-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----'],
    ['{"page":"eyJuZXh0IjoxfQ"}'],
  ]);
});

describe('settings and statements', () => {
  masks([
    ['Server=a;User Id=b;Password=c d&e#f;Timeout=3', `Server=a;User Id=b;Password=${M};Timeout=3`],
    ['Server=a; Pwd="c;d"; Timeout=3', `Server=a; Pwd="${M}"; Timeout=3`],
    ['AccountName=a;AccountKey=b/c+d==;EndpointSuffix=e', `AccountName=a;AccountKey=${M};EndpointSuffix=e`],
    ['a;password=b then c', `a;password=${M} then c`],
    ["ALTER USER jane WITH PASSWORD 'a b'", `ALTER USER jane WITH PASSWORD '${M}'`],
    ["PASSWORD = N'a'", `PASSWORD = N'${M}'`],
    ["SET PASSWORD FOR 'jane'@'%' = 'a'", `SET PASSWORD FOR 'jane'@'%' = '${M}'`],
    ["SET PASSWORD = PASSWORD('a')", `SET PASSWORD = ${M}`],
    ["SET PASSWORD FOR jane = PASSWORD('a b')", `SET PASSWORD FOR jane = ${M}`],
    ['password=md5("a b"), n=1', `password=${M}, n=1`],
    ["a reset of the password for 'jane' = done"],
    ["ALTER USER jane IDENTIFIED BY 'a'", `ALTER USER jane IDENTIFIED BY '${M}'`],
    ['CREATE USER jane IDENTIFIED WITH x BY "a"', `CREATE USER jane IDENTIFIED WITH x BY "${M}"`],
    ["the resource identified by 'a' is missing, unexpected token 'b'"],
    ['redis://:a@h:1/0 postgres://jane:b@h/d', `redis://:${M}@h:1/0 postgres://jane:${M}@h/d`],
  ]);
});

test('of a name or an id what URLs below their escapes carry is masked, too', () => {
  expect(masker.id('https%3A%2F%2Fh%3Fapi%255Fkey%3Da')).toBe(`https%3A%2F%2Fh%3Fapi%255Fkey%3D${M}`);
  expect(masker.id('https://h/#access%5Ftoken=a')).toBe(`https://h/#access%5Ftoken=${M}`);
  expect(masker.id('password%3A policy {"token":"x"}')).toBe('password%3A policy {"token":"x"}');
});

describe('names that are counted, and names of several', () => {
  masks([
    [
      '{"password1":"a","password_2":"b","token10":"c"}',
      `{"password1":"${M}","password_2":"${M}","token10":"${M}"}`,
    ],
    ['password1=a&password2=b&n=1', `password1=${M}&password2=${M}&n=1`],
    ['{"passwords":["a","b"],"n":1}', `{"passwords":"${M}","n":1}`],
    [
      '{"webhook_secret":"a","jwtSecret":"b","signing-secret":"c"}',
      `{"webhook_secret":"${M}","jwtSecret":"${M}","signing-secret":"${M}"}`,
    ],
    ['{"passcode":"123"}', `{"passcode":"${M}"}`],
    ['{"nextToken2":"a","tokens":5,"secrets":["a"],"token2type":"b","sha256":"c"}'],
  ]);
});

describe('cookies, and names of elements', () => {
  masks([
    ['{"cookies":["a=b","c=d"],"n":"x"}', `{"cookies":["${M}","${M}"],"n":"x"}`],
    ['{"req":{"cookies":{"sid":"a","n":1},"url":"/"}}', `{"req":{"cookies":{"sid":"${M}","n":1},"url":"/"}}`],
    ['{"cookies":3,"cookies_enabled":true}'],
    [
      '{"password[]":["a"],"password[0]":"b","Password:":"c"}',
      `{"password[]":"${M}","password[0]":"${M}","Password:":"${M}"}`,
    ],
    ['password[]=a&password[1]=b&n[1]=2', `password[]=${M}&password[1]=${M}&n[1]=2`],
    ['password%5B%5D=a&n=2', `password%5B%5D=${M}&n=2`],
    ['TOKEN=$(echo a b) run', `TOKEN=${M} run`],
    [
      'https://b/o?q-signature=a&x-oss-signature=b&n=1',
      `https://b/o?q-signature=${M}&x-oss-signature=${M}&n=1`,
    ],
  ]);
});

describe('innocent text stays as it is', () => {
  masks(
    [
      '{"tokenizer":"x","keyboard":"x","monkey":"y","compass":"n","passenger":"a","bypass":true}',
      '{"tokens_used":5,"max_tokens":100,"tokenCount":3,"token_type":"Bearer","expires_in":3600}',
      '{"cookies_enabled":true,"password_policy":{"min":8},"passwordExpired":false}',
      '{"credential_type":"x","credentialId":"y","secret_name":"x","apiKeyId":"k","userDataType":"x"}',
      '{"key":"x","keys":["a"],"public_key":"ssh-rsa AAA","key_pair":"kp","kms_key_id":"1"}',
      '{"field":"password","error":"too short"}',
      '{"authorizationType":"NONE","signature_version":"v4"}',
      'the token expired; the user changed the password for jane; a cookie policy was accepted',
      'DELETE /v3/users/1/password HTTP/1.1',
      'arn:aws:secretsmanager:eu:1:secret:db-AbC',
    ].map((text): Case => [text]),
  );
});

describe('keys with headers', () => {
  masks([
    ['-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\na', `-----BEGIN PGP PRIVATE KEY BLOCK-----\n${M}`],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\na\n-----END RSA PRIVATE KEY-----',
      `-----BEGIN RSA PRIVATE KEY-----\n${M}\n-----END RSA PRIVATE KEY-----`,
    ],
  ]);
});

describe('environments', () => {
  masks([
    ['export SSHPASS=a', `export SSHPASS=${M}`],
    ['DB_PASS=a SMTP_PASS="b c" make', `DB_PASS=${M} SMTP_PASS="${M}" make`],
    ['{"env":{"MYSQL_PASS":"a","COMPASS":"north"}}', `{"env":{"MYSQL_PASS":"${M}","COMPASS":"north"}}`],
    ['Endpoint=b;SharedAccessSignature=a', `Endpoint=b;SharedAccessSignature=${M}`],
    ['BYPASS=yes pass=12 passed=3 dbpassed=true'],
  ]);
});
