/**
 * Names as Kubernetes allows them (RFC 1123). They are checked here before they reach a URL path because an
 * empty name turns a GET of one Secret into a list of all, and `..` into a GET of the namespace.
 */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Whether `name` can be the name of an object (DNS-1123 subdomain, 1 to 253 characters). */
function isObjectName(name: string): boolean {
  return name.length <= 253 && SUBDOMAIN.test(name);
}

/** Whether `name` can be the name of a namespace (DNS-1123 label, 1 to 63 characters). */
function isNamespaceName(name: string): boolean {
  return name.length <= 63 && LABEL.test(name);
}

/** @throws RangeError where `name` is no object name. The name itself is not repeated. */
export function objectName(name: string): string {
  if (!isObjectName(name)) throw new RangeError('not a valid Kubernetes object name');
  return name;
}

/** @throws RangeError where `name` is no namespace name. The name itself is not repeated. */
export function namespaceName(name: string): string {
  if (!isNamespaceName(name)) throw new RangeError('not a valid Kubernetes namespace name');
  return name;
}
