const UNTRUSTED =
  /self[- ]signed certificate|unable to (?:verify the first|get (?:local )?issuer) certificate/i;

/** Whether a connection was refused because no known CA vouches for the certificate of the other side. */
export const isUntrusted = ({ message }: Error) => UNTRUSTED.test(message);

/** What cures it. */
export const TRUST_ADVICE = 'name the file of its CA in NODE_EXTRA_CA_CERTS and start anew';
