export default function IngestKeysPage() {
  return null;
}
