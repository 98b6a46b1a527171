interface Started {
  version: string;
  url: string;
  domainName: string;
  adminName: string;
  firstPassword: string | undefined;
  isRecording: boolean;
}

/** What a person needs next. The password stands here once and is kept nowhere in the clear. */
export function welcome(started: Started): string {
  const { version, url, domainName, adminName, firstPassword, isRecording } = started;
  const lines = [
    '',
    `OpenCTS ${version} is ready: ${url}`,
    `  console    ${url}/console/`,
    `  sign in    account ${domainName}, user ${adminName}`,
  ];
  if (firstPassword !== undefined) lines.push(`  password   ${firstPassword}   (shown this once; keep it)`);
  if (!isRecording) {
    lines.push(
      '',
      'Next: sign in to the console and enable CTS, or do it with records from a second terminal:',
      `  npm run opencts -- import cloudtrail FOLDER --enable --shift-to-now --url ${url}`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}
