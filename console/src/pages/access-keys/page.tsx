export default function AccessKeysPage() {
  return null;
}
