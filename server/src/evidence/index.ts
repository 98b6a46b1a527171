export { verifyCommand } from './command.ts';
export { Digester } from './digester.ts';
export { ArchiveHoldings, type ObjectKind } from './holdings.ts';
export { EvidenceLog } from './log.ts';
export { type PackageOrder, ProofPackages } from './packages.ts';
export { doubtBuckets, type LogAnew } from './restored.ts';
export { readPublicKey, type SigningKey, SigningKeys } from './signing-keys.ts';
export { bucketSource, folderSource } from './sources.ts';
export { type ArchiveSource, type Finding, type Verdict, verifyArchive } from './verify.ts';
