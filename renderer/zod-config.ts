import { z } from 'zod';

// zod would otherwise try to compile its checks when a schema is made, which the content security policy rightly refuses.
z.config({ jitless: true });
