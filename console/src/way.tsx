import Link from '@cloudscape-design/components/link';
import { useNavigate } from 'react-router-dom';

/** A link to another page of the console. @param to its route */
export function Way({ to, children }: { to: string; children: string }) {
  const navigate = useNavigate();
  return (
    <Link
      href={`/console${to}`}
      onFollow={(event) => {
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </Link>
  );
}
