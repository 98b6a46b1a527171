import { describe, expect, test } from 'vitest';
import { Masker } from './mask.ts';
import { expectMasked, expectMaskedInJson } from './testing/masked.ts';

const masker = new Masker();
const M = '********';

/** Texts in which what stands between ‹ and › is secret; where nothing does, nothing is. */
const masks = (rows: string[]) =>
  test.each(rows)('%s', (row) => {
    const text = row.replaceAll(/[‹›]/g, '');
    const masked = row.replaceAll(/‹[^›]*›/g, M);
    expectMasked(masker, text, masked);
    expectMaskedInJson(masker, text, masked);
    // Behind what an escape of JSON ends with a letter, and a level deeper.
    const deeper = JSON.stringify({ json: JSON.stringify({ text: `ls\n${text}` }) });
    const { json: inner } = JSON.parse(masker.text(deeper)) as { json: string };
    expect(JSON.parse(inner)).toEqual({ text: `ls\n${masked}` });
    expect(masker.acquits(deeper) && masked !== text).toBe(false);
  });

describe('secrets behind flags of programs', () => {
  masks([
    'docker --config x login -u j -p ‹S› h',
    'docker --config=/x -D login -u j -p ‹S› h',
    'docker -H tcp://h:1 login -p=‹S›',
    'oc --kubeconfig /x login -p ‹S›',
    'curl -E c.pem:‹S› https://h',
    'curl -sE c.pem:‹S› https://h',
    'curl --cert c.pem:‹S› --proxy-cert "d.pem:‹S x›" https://h',
    'curl --cert C:\\x\\c.pem:‹S› https://h',
    'openssl enc -aes-256-cbc -k ‹S› -in x',
    'openssl aes-256-cbc -K ‹00aa› -iv 00 -in x',
    'openssl s_client -psk ‹00aa› -connect h:443',
    'openssl dgst -hmac ‹S› x',
    'openssl dgst -mac HMAC -macopt hexkey:‹00aa› x',
    'zip -P ‹S› x.zip f',
    'zip -r -P "‹S x›" x.zip f',
    'zip -rP ‹S› x.zip f; unzip -oP ‹S› x.zip',
    'unzip -P ‹S› x.zip',
    '7z a -p‹S› x.7z f',
    '7z x x.7z -p‹S› -y',
    '7za a x.7z -p"‹S x›" f',
    '& "C:\\7-Zip\\7z.exe" a -p‹S› x.7z f',
    'rar a -hp‹S› x f',
    'unrar x -p‹S› x.rar',
    'bcp db.t in f -S h -U sa -P ‹S›',
    'bcp db.t in f -S h -U sa -P‹S›',
    'cqlsh -u u -p ‹S› h',
    'cqlsh h -u u -p‹S›',
    'ipmitool -I lanplus -H h -U u -P ‹S› power on',
    'snmpget -v3 -u u -a SHA -A ‹S› -x AES -X "‹S x›" h oid',
    'snmpwalk -v 2c -c ‹S› h',
    'obsutil config -i=AK -k=‹S› -e=h -t=‹S›',
    'obsutil cp a obs://b -i AK -k ‹S›',
    'ossutil64 config -e h -i AK -k ‹S›',
    'lftp -u u,‹S› h',
    'lftp -u "u,‹S x›" sftp://h',
    'lftp -e "open -u u,‹S› h"',
    'rpcclient -U u%‹S› h',
    'mount -t cifs //h/s /m -o username=u,password=‹S›,rw',
    'mount -t cifs //h/s /m -o user=u%‹S›,rw',
    'mount.cifs //h/s /m -o user=u,pass=‹S›,rw',
    'rclone copy a b --sftp-pass ‹S› --webdav-pass=‹S›',
    'rclone config create r s3 provider AWS secret_access_key ‹S›',
    'rclone config create r webdav pass ‹S›',
    'plink -ssh u@h -pw ‹S› ls',
    'nodetool -u u -pw ‹S› status',
    'psexec \\\\h -u u -p ‹S› cmd',
    'rdesktop -u u -p ‹S› h',
    'xfreerdp /u:u /p:‹S› /v:h',
    'cmdkey /add:h /user:u /pass:‹S›',
    'schtasks /create /ru u /rp ‹S› /tn x',
    'useradd -mp ‹S› jane',
    'usermod --password ‹S› jane',
    'kubectl create -n x secret generic d --from-literal=k=‹S›',
    'gh secret set NAME --body ‹S›',
    'az keyvault secret set --vault-name v --name n --value ‹S›',
    'mysqlimport -u u -p‹S› shop x; mysqlcheck -p‹S›',
    'mongo -u u -p‹S› h',
    'swift -A h -U u -K ‹S› list',
    'twine upload -u u -p ‹S› dist/x',
    'ssh-keygen -t rsa -N ‹S› -f x; ssh-keygen -p -P ‹S› -N "‹S x›" -f x',
    'tsql -S h -U u -P ‹S›; isql -U u -P ‹S›',
    'ldappasswd -s ‹S› -a ‹S› -w ‹S› x',
    'kadmin -p jane -w ‹S› -q "addprinc -pw ‹S› joe"',
    'tailscale up --authkey=‹S›; tailscale up --auth-key ‹S›',
    'etcdctl --user u:‹S› get x',
    // What looks like a program can be an argument.
    'mysql -u vault -h ftp -p‹S› shop',
    'curl https://vault -u u:‹S›',
    'docker login -u zip -p ‹S›',
    'nmcli dev wifi connect x password ‹S›',
  ]);
});

describe('commands in URLs and forms', () => {
  masks([
    'cmd=ls%0Acurl%20-u%20a%3A‹S›',
    'cmd=ls%09mysql%20-p‹S›',
    'cmd=ls%0A7z%20a%20-p‹S›%20y',
    'cmd=7z+a+-p‹S›+y',
    'cmd=ls%0Anet+user+jane+‹S›+%2Fadd',
    'q=x%0A_auth%3D‹S›',
  ]);
});

describe('secrets by their place among the arguments', () => {
  masks([
    'vault login ‹S.1›',
    'vault login -no-print -address https://h ‹S.1›',
    'vault operator unseal ‹Sa1=›'.replace('=', ''),
    'vault token revoke ‹S.1›',
    'htpasswd -b file user ‹S›',
    'htpasswd -cbB /x/file user "‹S x›"',
    'htpasswd -nb user ‹S›; ls x y z',
    'htpasswd -B -C 10 -b file user ‹S›',
    'sh -c "htpasswd -b file user ‹S›" and "more"',
    "['htpasswd', '-b', 'file', 'user', '‹S x›']",
    'exec: [htpasswd, -b, file, user, ‹S›]',
    'a0="htpasswd" a1="-b" a2="f" a3="u" a4="‹S›"',
    'htpasswd -b \\\n  file \\\n  user ‹S›',
    'sqlplus u/‹S›@h',
    'sqlplus -s u/‹S›@//h:1521/x @f.sql',
    'sqlplus -M "CSV ON" u/"‹S x›"@h'.replace('"‹', '‹"').replace('›"', '"›'),
    'sqlplus u/‹S› as sysdba',
    'rman target u/‹S›@h catalog v/‹S›@i',
    'expdp u/‹S›@h full=y dumpfile=a/b',
    'sqlldr control=x/y userid=u/‹S›@h',
    'mc alias set n https://h KEY ‹S› --api s3v4',
    'mc config host add n https://h KEY ‹S›',
    'mc admin user add n KEY ‹S›',
    'net user jane ‹S› /add',
    'cmd /c NET USER jane ‹S› /ADD /DOMAIN',
    'net use z: \\\\h\\s ‹S› /user:d\\u',
    'net use \\\\h\\s /user:u ‹S›',
    'smbclient //h/s ‹S› -U u',
    'openssl passwd -6 -salt x ‹S›',
    'wpa_passphrase x ‹S›',
    'samba-tool user create jane ‹S› --use-username-as-cn',
    'ansible-vault encrypt_string ‹S› --name x',
    'dotnet user-secrets set Db:Key ‹S›',
    "ConvertTo-SecureString '‹S x›' -AsPlainText -Force",
    'ConvertTo-SecureString -AsPlainText -String "‹S›" -Force',
    'jdbc:oracle:thin:u/‹S›@h:1521:x',
    'url=jdbc:oracle:oci:u/‹S›@//h:1521/x n=1',
  ]);
});

describe('secrets that a command reads', () => {
  masks([
    'echo u:‹S› | chpasswd',
    "echo 'u:‹S x›' | sudo chpasswd -e",
    'printf "u:‹S›\\n" | chpasswd',
    'chpasswd <<< u:‹S›',
    'chpasswd <<<"u:‹S x›"',
    'chpasswd <<EOF\n‹u:S›\nEOF\nls',
    'echo ‹S› | passwd --stdin u',
    "printf 'u:‹S›' | chpasswd; printf '%s\\n' 'u:‹S›' | chpasswd",
    "printf '%s:%s\\n' u ‹S› | sudo chpasswd",
    'printf "%s:%s" "u" "‹S x›" | chpasswd -e',
    'printf "‹S›\\n" | passwd --stdin u',
    'az login -u j -p‹S›; az login -u j -p ‹S›',
    "New-X -Name u -Password '‹S x›'; Set-X -NewPassword:'‹S›'",
    'echo "‹S x›" | docker login -u j --password-stdin h',
    'docker login -u j --password-stdin h <<< ‹S›',
    'ls; echo ‹S› | sudo -S ls',
    'echo ‹S› | kinit u@R',
    "printf '%s' '‹S›' | gh auth login --with-token",
    'echo "$PASSWORD" | docker login -u j --password-stdin h',
    'docker login -u j --password-stdin h < file',
    'echo hello: world | tee x; sudo -u jane ls',
  ]);
});

describe('tokens that services issue', () => {
  const random = 'a1b2c3d4e5f6g7h8i9j0';
  masks([
    ...['ghp_', 'github_pat_', 'glpat-', 'xoxb-', 'sk_live_', 'dckr_pat_', 'hvs.'].flatMap((kind) => [
      `git clone https://${kind}‹${random}›@h/o/r`,
      `got ${kind}‹${random}›.`,
      `{"a":"${kind}‹${random}›"}`,
    ]),
    'https://x-access-token:‹S›@github.com/o/r',
    `HighPriority high-performance glpat-${random.slice(0, 5)} ghp_a`,
    'sk-proj-overview-and-introduction',
  ]);
  test('are masked in a URL of an id', () => {
    expect(masker.id(`https://ghp_${random}@h/o/r`)).toBe(`https://ghp_${M}@h/o/r`);
    expect(masker.id('jdbc:oracle:thin:u/S@h:1521:x')).toBe(`jdbc:oracle:thin:u/${M}@h:1521:x`);
  });
});

describe('files and settings', () => {
  masks([
    '//r.example.com/:_auth=‹S›\n//r.example.com/:_authToken=‹S›\n//r.example.com/:_password="‹S›"',
    '_auth = ‹S›',
    'npm config set _auth ‹S›',
    '{"_auth":"‹S›","auth":"basic"}',
    '{"auths":{"h":{"auth":"‹S›","email":"x"}},"auth":"basic"}',
    'port 6379\nrequirepass ‹S›\nmasterauth "‹S x›"\n',
    'CONFIG SET requirepass ‹S›',
    'config set masterauth "‹S x›"',
    '["CONFIG","SET","requirepass","‹S›"]',
    'redis-server --masterauth ‹S›',
    '{"masterauth":"‹S›"}',
    '{"Name":"x","Type":"SecureString","Value":"‹S›"}',
    'requirepass is not set, and masterauth takes more words',
  ]);
});

describe('arguments of programs in lists, and before their command', () => {
  masks([
    '{"args":["-p‹S›"],"command":"mysql"}',
    '{"argv":["-u","p:‹S›"],"n":1,"cmd":"/usr/bin/curl"}',
    '{"args":["-u","root","-p‹S›"],"command":["mysql"]}',
    '{"Cmd":["-p‹S›"],"Entrypoint":["mysql"]}',
    '[{"args":["-p‹S›","x"],"command":"mysql"},{"args":["-p80"],"command":"x"}]',
    '{"cmd":["sqlplus","u/‹S›@h"]}'.replace('›@h', '@h›'),
    '["7z","a","-p‹S x›","x"]',
    '["vault","login","‹S.1›"]',
    '["docker","--config","x","login","-u","j","-p","‹S›"]',
    '["htpasswd","-b","f","u","‹S, x›"]',
    '["mc","alias","set","n","http://h","KEY","‹S›"]',
    '["lftp","-u","u,‹S›","h"]',
    '["net","user","jane","‹S›","/add"]',
    '["C:\\\\curl.exe","-E","cert:‹S›","u"]',
    '["obsutil","config","-i=AK","-k=‹S›"]',
    '["git","clone","https://glpat-‹a1b2c3d4e5f6g7h8›@h/o/r"]',
    '{"args":["-p80"],"command":"x"}',
  ]);
});

describe('secrets of Kubernetes', () => {
  masks([
    '{"kind":"Secret","metadata":{"name":"x"},"data":{"k":"‹S›"},"stringData":{"l":"‹S›"},"type":"Opaque"}',
    '{"apiVersion":"v1","data":{"k":"‹S›","l":"‹T›"},"kind":"Secret"}',
    '{"kind":"SecretList","items":[{"metadata":{"name":"x"},"data":{"k":"‹S›"}}]}',
    'apiVersion: v1\ndata:\n  k: ‹S›\n  l: ‹T›\nkind: Secret\nmetadata:\n  name: x',
    'kind: Secret\nmetadata:\n  name: x\nstringData:\n  "k.a": "‹S›"'.replace('"‹S›"', '‹"S"›'),
    'kind: ConfigMap\ndata:\n  k: v\n---\nkind: Secret\ndata:\n  k: ‹S›\n---\nkind: ConfigMap\ndata:\n  k: v',
    '{"kind":"ConfigMap","data":{"k":"v"}}',
    '{"kind":"SecretStore","data":{"k":"v"}}',
    '{"kind":"Secret","metadata":{"labels":{"data":"v"}}}',
    'kind: ConfigMap\ndata:\n  k: v',
  ]);
});

describe('secure strings of PowerShell', () => {
  masks([
    "$password = ConvertTo-SecureString '‹S›' -AsPlainText -Force",
    '$password=ConvertTo-SecureString -String ‹S› -AsPlainText -Force',
    '$p = ConvertTo-SecureString -AsPlainText ‹S› -Force; ConvertTo-SecureString -String:‹S›',
    'New-X -Password (ConvertTo-SecureString "‹S x›" -AsPlainText -Force) -n 1',
    'New-X -NewPassword (ConvertTo-SecureString "‹S›" -AsPlainText -Force)',
    "New-X -AccountPassword ( ConvertTo-SecureString -AsPlainText '‹S›' -Force) -n 1",
    'New-X -AccountPassword (ConvertTo-SecureString ‹S› -AsPlainText -Force) -n 1',
    'New-X -Password (ConvertTo-SecureString -Force -AsPlainText ‹S›)',
    '$password = ConvertTo-SecureString $other -Key $key',
    '$password = (ConvertTo-SecureString -Key $key -String ‹S›)',
  ]);
});

describe('lists of arguments in blocks of YAML', () => {
  masks([
    'args:\n- --password\n- ‹S›\nname: x',
    'containers:\n- args:\n  - -v\n  - --password\n  - ‹S x›\n  name: x',
    'args:\r\n- "--password"\r\n- "‹S x›"\r\nname: x',
    "args:\n- '--password' # a\n- '‹S›' # b\n- -v",
    'command:\n- redis-server\n- --requirepass\n- ‹S›\n',
    'command:\n  - mysqladmin\n  - ping\n  - -p‹S›\n',
    'command:\n- mysql\n- -p‹S›',
    'command:\n- mysqladmin\nargs:\n- -u\n- root\n- -p‹S›\nn: 1',
    'args:\n- -u\n- root\n- -p‹S x›\ncommand:\n- "mysqladmin"',
    'command: [mysql]\nargs:\n- -p‹S›\n',
    'image: x\ncommand: mysql\nargs:\n\n# a\n- -p‹S›\n',
    'command:\n- curl\n- -u\n- jane:‹S x›\n- https://h',
    'command:\n- docker\n- login\n- -p\n- ‹S›',
    'args:\n- --password\n- $(DB_PASSWORD)\n- --token\n- ""',
    'args:\n- --token\n- ‹|\n  S: x\n  T›\n- x\n- --password\n- ‹S\n  x›',
    '- --password\n- --user\n- jane',
    'features:\n- mysql\n- curl\nflags:\n- -p80\n- -u\n- 1:2',
    '- command: [mysql]\n  other: 1\n  args:\n  - -p‹80›\n- args:\n  - -p80',
  ]);
});

describe('secrets of further programs and statements', () => {
  masks([
    'dotnet user-secrets set "Db:Password" "‹S x›"',
    "dotnet user-secrets set 'Db:Key' ‹S› --project x",
    'dn: cn=jane\nuserPassword:: ‹UzNj==›\ncn: jane',
    "bash -c 'echo jane:‹S› | chpasswd'",
    '(echo jane:‹S› | chpasswd)',
    'FROM x\nENV DB_PASSWORD ‹S x›\nRUN y',
    'ENV DB_PASSWORD ‹S›',
    `kubectl patch secret s -p '{"stringData":{"k":"‹S›"}}'`,
    `kubectl patch secret/s -n x --patch='{"data":{"k":"‹S›"},"metadata":{"name":"x"}}'`,
    `kubectl patch configmap s -p '{"data":{"k":"v"}}'`,
    "curl -u 'jane':'‹S x›' https://h",
    'curl -u "jane":‹S› https://h',
    "CREATE DATABASE LINK l CONNECT TO jane IDENTIFIED BY ‹S› USING 'x'",
    'CREATE PUBLIC DATABASE LINK l CONNECT TO jane IDENTIFIED BY "‹S x›"',
    'nmcli connection modify x wifi-sec.psk ‹S›',
    'nmcli c mod x 802-11-wireless-security.psk "‹S x›"; nmcli c mod x 802-1x.password ‹S›',
    'ipmitool -H h user set password 2 ‹S›',
    'slappasswd -h {SSHA} -s ‹S›',
    'isql DSN u ‹S›',
    'isql -v DSN u ‹"S x"›; isql -U u -P ‹S› -S h; isql failed for jane',
    'gh secret set N -b"‹S x›"; gh secret set N -b‹S›',
    'echo ‹S› | gh secret set N --repo o/r',
    'gh secret set N <<< "‹S›"',
    "printf '‹S\\nS›\\n' | sudo passwd jane",
    'echo -e "‹S\\nS›" | passwd jane',
    'echo ‹S› | sudo smbpasswd -s -a jane',
    'echo x | grep passwd; cat /etc/passwd | grep passwd x',
    'reg add "HKLM\\Software\\Winlogon" /v DefaultPassword /t REG_SZ /d ‹S› /f',
    'REG ADD HKCU\\Software /v Password /d ‹"S x"›; reg add HKCU\\Software /v Size /d 5',
    'az sql server create -n x -u admin -p ‹S›',
    'az mysql flexible-server create --name x --admin-user u -p ‹"S x"›; az webapp create -p plan',
    '["az","sql","server","create","-p","‹S x›"]',
    'wmic /node:h /user:u /password:‹S› process list',
    'wmic /node:h /user:u /password:"‹S x›" process list',
  ]);
});

describe('rows of an insert', () => {
  masks([
    "INSERT INTO users (name, password) VALUES ('a','‹S›')",
    "insert into `users`(`password`, name) values ('‹it''s x›','a'), (N'‹b, )›', 'c'), (NULL, 'd')",
    "INSERT INTO users(id, password, name) VALUES (1, ‹md5('S')›, 'a'); select 'x', 'y'",
    'mysql -e "INSERT IGNORE INTO users (token,n) VALUES (‹123›,4)"',
    'INSERT INTO "users" ("password") VALUES (?), ($1), (:password), (%s), (%(p)s), (@p), (DEFAULT)',
    "INSERT INTO users (name, password) VALUES ('a','‹S›",
    "INSERT INTO users (name, note) VALUES ('a','password')",
  ]);
});

describe('programs that name a secret', () => {
  masks([
    'headers["X-Api-Key"] = "‹S›"',
    'os.environ["DB_PASSWORD"]="‹S x›"; x["n"] = "m"',
    '[Environment]::SetEnvironmentVariable("DB_PASSWORD","‹S›","User")',
    "os.environ.setdefault('DB_PASSWORD', '‹S›'); request.setHeader('Authorization', '‹S›')",
    "form.set_error('password', 'is too short'); f('token', 'x')",
    'let password: &str = "‹S›";',
    'let token: &\'static str = "‹S›"; let password: String = "‹S›";',
    'const password: string = "‹S›"; val password: String? = "‹S›"',
    'password: Optional[str] = "‹S›", n: int = 5',
    'if token == nil { return }; if token != nil || password === undefined { x }',
    'if (password === undefined) x; while password != None: y',
    'if password == "‹S›" or token !=\'‹S›\': x',
    'if [ "$PASSWORD" == "" ]; then x',
  ]);
});

describe('private keys that are cut off', () => {
  masks([
    '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n‹lQdGBF›',
    'x -----BEGIN PRIVATE KEY-----\n‹MII›',
    'expected -----BEGIN PRIVATE KEY-----\nbut found it',
    '-----BEGIN PGP PRIVATE KEY BLOCK-----',
  ]);
});

describe('what refers to a secret is none', () => {
  masks(
    [
      'token: $_{{ secrets.GITHUB_TOKEN }}\nx: y',
      'mysql --password=$_{PASSWORD} -h x; mysql -p$_{X} -h x; curl -u u:$_{X} h',
      'TOKEN=$TOKEN cmd --token $API_TOKEN --password "$DB_PASSWORD" -x',
      '$c.login("jane", password=$password); --token=$(TOKEN) -x',
      'password: {{ db_password }}\ntoken: "{{ vault.token | x }}"\npassword: {{db.password}}',
      'password = var.db_password\ntoken = local.token\nsecret = process.env.DB_SECRET',
      'Password: !Ref DbPassword\nToken: !GetAtt a.b\nA: b',
      '{"password":"{{resolve:secretsmanager:x:SecretString:password}}","token":"$_{env:TOKEN}"}',
      '{"password":"‹$_{DB_PASSWORD:-S x}›","token":"‹$_{db.token:S}›"}',
      'password: ‹$_{DB_PASSWORD:-S}›',
      'mysql -p‹$_{X}S› -h x; --token=‹a$_{X}› -x; password: ‹$_{{ inputs.x || "S" }}›',
      'password=‹$ecret›; password: ‹$uperSecret›',
      'password: !Sub ‹S›',
      `mysql -p‹$TOKEN"S"› -h x`,
      'PASSWORD=$PGPASSWORD cmd; password=‹$MONKEY›; password=‹$ECRETKEY›; KEY=$KEY',
    ].map((row) => row.replaceAll('$_{', '$\u007b')),
  );
});

describe('what tells of a secret is none', () => {
  masks([
    '{"password":["This field is required."],"n":1}',
    '{"password":["This field may not be blank.","Ensure this field has at least 8 characters."]}',
    '{"errors":{"password":["can\'t be blank"],"token":"is invalid, ask for another"}}',
    'password: must be at least 8 characters',
    'password: must not contain the name, token: valid, authorization: granted',
    'authorization: granted',
    '{"scope":"token:read password:write secret:list"}',
    'scope=token:read password:write',
    'docker build --secret id=npm,src=/x . && docker build --secret type=file,id=n .',
    'POST /token:revoke HTTP/1.1',
    'user:root password:‹admin› token:‹abc›',
    '{"passphrase":"‹do not tell it›","password":"‹Must be nice to me›"}',
  ]);
  test('a list in which something else is said is masked', () => {
    expectMasked(masker, '{"password":["This field is required.","S"]}', `{"password":"${M}"}`);
    expectMasked(masker, '{"password":["must be x",5]}', `{"password":"${M}"}`);
    expectMasked(masker, '{"password":[]}', `{"password":"${M}"}`);
  });
});

describe('what is no secret', () => {
  masks([
    'pwd: /home/jane',
    'pwd=/usr/local/x y',
    '{"pwd":"/home/jane/a b","oldpwd":"/tmp","PWD":"/x"}',
    '{"pwd":"C:\\\\Users\\\\jane"}',
    '{"secret":{"name":"x"}}',
    '{"volumes":[{"name":"v","secret":{"secretName":"db","defaultMode":420,"optional":false}}]}',
    'secret:\n  secretName: db\n  items:\n  - key: a\n    path: b',
    '{"secret":{"name":"x","password":"‹S›","value":"‹S›","payload":{"data":"‹S›"}}}',
    '{"password":"[FILTERED]","token":"<redacted>","secret":"***REDACTED***"}',
    '{"password":"HIDDEN_DUE_TO_SECURITY_REASONS","pwd":"$_{DB_PASSWORD}"}'.replace('$_', '$'),
    'password=[FILTERED]&n=1',
    '{"secret":"arn:aws:secretsmanager:eu-1:1:secret:db-AbC"}',
    'mysql -protocol=tcp -u root',
    'mysql -port 3306; mysqldump -protocol tcp',
    'docker run mariadb -p3306',
    'docker run -d --name db -e A=b --rm mariadb -p3306',
    'docker run -p 3306:3306 mariadb; docker run mariadb -p 3306:3306',
    'docker run --rm mysql mysql -h db -p‹3306›',
    'docker exec -it db mysql -p‹3306›',
    'zip -r x.zip f -P; zip -p x; unzip -p x.zip f; gzip -r x',
    '7z l x.7z; 7z x x.7z -oout -y; 7z a -si -p x',
    'bcp db.t in f -S h -T -c',
    'sqlplus /nolog; sqlplus / as sysdba; sqlplus -v; sqlplus @x/y.sql',
    'vault login -method=github; vault login failed for jane; vault kv get secret/x',
    'vault login -method userpass username=u',
    'net user; net user jane; net user jane /delete; net use z: \\\\h\\s',
    'the net user growth is 5',
    'mc ls a/b; mc alias list; mc alias set n https://h',
    'htpasswd -D file user; htpasswd -c file user',
    'openssl enc -aes-256-cbc -kfile x; openssl genrsa -out k.pem 2048; openssl passwd',
    'curl -E c.pem https://h; curl --cert C:\\x\\c.pem https://h; curl -k https://h',
    'docker --config x pull i; docker --config x run -p 80:80 i',
    'mount -o rw,nosuid /dev/sda1 /m',
    'ftp -p h; lftp -p 22 h; cqlsh h 9042; psql -p 5432 -h h',
    'ConvertTo-SecureString $password -AsPlainText',
    'ConvertTo-SecureString failed; net use is deprecated in favour of x',
    'sqlplus client/server version 12; sqlplus and/or toad',
    'kadmin -p jane/admin; ssh-keygen -l -f x; ssh-keygen -p -f x; mongo -port 1',
    'samba-tool user create jane; samba-tool user list; etcdctl --user u get x; http-tsql',
    'mount -o loop,user=jane x; sudo systemctl restart x; rclone config create r s3 provider AWS',
    '{"spec":{"secret":{"optional":true,"items":[{"key":"a","path":"b"}],"metadata":{"content":"y"}}}}',
    'git clone https://jane@github.com/o/r',
  ]);
});
