/** What must never be printed: passwords in URLs and connection strings, and the names of people in e-mail addresses. */

const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@'"]*:)[^\s@'"]*(?:@[^\s@/'"]*(?=@))*(?=@)/gi;
const QUERY_PASSWORD = /([?&](?:ssl)?password=)[^&\s'"]*/gi;
const KEYWORD_PASSWORD = /\b((?:ssl)?password\s*=\s*)(?:'(?:\\.|[^'\\])*'|[^\s'&]+)/gi;
const VARIABLE_PASSWORD = /\b(PGPASSWORD\s*[=:]\s*)(?:'[^']*'|"[^"]*"|\S+)/g;
const SIGNED_URL = /([?&]X-Amz-(?:Signature|Security-Token)=)[^&\s'"]*/gi;
const S3_VARIABLE = /\b((?:AWS|STRATA_S3)_(?:SECRET_ACCESS_KEY|SESSION_TOKEN)\s*[=:]\s*)(?:'[^']*'|"[^"]*"|\S+)/g;
const EMAIL = /(?<![\w.%+/:-])([A-Za-z0-9])[A-Za-z0-9._%+-]*@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})\b(?![:/]\d)/g;

/**
 * The text with `***` for every password it recognises and `u***@domain` for e-mail addresses.
 * For everything that leaves the process: errors with their causes, logs, progress, `--json`.
 */
export function maskSecrets(text: string): string {
  return maskPasswords(text).replace(EMAIL, '$1***@$2');
}

/** Passwords only. */
function maskPasswords(text: string): string {
  return text
    .replace(URL_PASSWORD, '$1***')
    .replace(QUERY_PASSWORD, '$1***')
    .replace(VARIABLE_PASSWORD, '$1***')
    .replace(SIGNED_URL, '$1***')
    .replace(S3_VARIABLE, '$1***')
    .replace(KEYWORD_PASSWORD, '$1***');
}
