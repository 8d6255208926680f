import type { Reason } from '../../src/api/reason.ts';

/**
 * What a person on call does, step by step, written by hand: the catalogue says what a reason means, this says how to
 * find the cause and what to mind. `N` and `NS` stand for name and namespace of the resource, `C` for its connection.
 */
export const RUNBOOK_STEPS: Readonly<Record<Reason, readonly string[]>> = {
  Synced: ['Nothing. PAM Core holds what the resource declares.'],
  Progressing: [
    'Wait. The operator has seen the resource and is at work.',
    'If it lasts for minutes, see whether a replica leads (`kubectl get lease -n pam-operator`) and whether the queue drains (`workqueue_depth`).',
  ],
  Suspended: [
    'See who suspended it: `suspend` stands in the resource or in its PamConnection.',
    'A disable that waits is not made while the resource is suspended. The message says so where one waits.',
    'Set `suspend: false` in both. A resource that is being deleted is let go of with `deletionPolicy: Retain`.',
  ],
  PamValidationFailed: [
    'Read the message: it names the number and, where PAM Core tells it, the field.',
    'Compare the value with the [reference of the kind](../reference/pamcredential.md).',
    'Correct the spec. A changed spec is tried at once.',
  ],
  DomainNotFound: [
    'Look the domain up in PAM Core (settings, domains). Spelling and case count.',
    'Register it there, or correct `spec.domain` or `spec.device.domains`.',
    'Registered meanwhile: the resource is tried again within the hour, or at once with a force-sync.',
  ],
  PluginNotFound: [
    'Look up plugin and template of `spec.jitSettings` in PAM Core. Both are named there, not numbered.',
    'Correct the spec, or install the plugin.',
  ],
  Conflict: [
    'Read the message. It names the other resource, or the ids of the records.',
    'Two resources: find both with `kubectl get pamcredentials,pamsshkeys -A -o wide`, and decide which one is to keep the record. Remove the other; the loser never calls PAM Core, not even when it is deleted.',
    'Partial match: a record has our identifier, but another hostname or IP, or the same user and hostname with another IP. Correct `spec.device` (a new resource, since it is immutable), or the record in PAM Core.',
    'Two clusters with the same `identifierPrefix` look like this too: compare `spec.identifierPrefix` of their connections.',
  ],
  DeviceNotFound: [
    'Look the device up in PAM Core by hostname and IP. Both have to be as in the spec; an IP is compared as text.',
    'Register the device, or make a new resource with the right one: `spec.device.hostname` and `ip` cannot be changed.',
    'After that nothing has to be done: it is tried every 10 min. For at once: `kubectl annotate pamcredential N -n NS pam-operator.io/force-sync="$(date)" --overwrite`.',
  ],
  AccessNotGranted: [
    'In PAM Core open the A2A authorization of the connection and see which records it covers.',
    'Add the record, or a rule that covers it.',
    'It is tried again every hour; a force-sync tries at once.',
  ],
  WrongRecordKind: [
    'The id is that of a credential where a key was meant, or the other way round. `kubectl get … -o wide` shows it.',
    'Use the other kind. Where the status was restored from a backup, wipe it: the id is then looked up.',
  ],
  RecordNotFound: [
    'See which record is meant: the own one, or one that the spec refers to (`parentId`, execution or session settings).',
    'A record that is gone on the PAM side becomes `RecordGone` when a second list confirms it.',
    'Correct the reference. It is tried every 10 min.',
  ],
  RecordGone: [
    "Find out who removed or renamed the record: PAM Core's own audit, by identifier and time.",
    'If the whole PAM Core was moved or restored, do not act resource by resource: the records are found again when they are back.',
    'To have it created anew: `kubectl annotate pamcredential N -n NS pam-operator.io/force-sync="$(date)" --overwrite`. The password of the Secret is sent.',
    'If the record is not wanted any more, delete the resource.',
  ],
  PamPermissionDenied: [
    'In PAM Core open the A2A authorization and set its PAM resource permission to "Read and write".',
    'All resources of the connection wait; they go on by themselves once a probe succeeds.',
  ],
  PamNotAuthorized: [
    'In PAM Core open the A2A authorization and add PAM Core itself to the authorized resources.',
    'All resources of the connection wait; they go on by themselves once a probe succeeds.',
  ],
  PamAuthenticationFailed: [
    'See whether somebody changed the client secret: compare the age of the Secret that `spec.auth` names with the beginning of the fault.',
    'Check the allowed IPs of the authorization against the address that the operator comes from, and `spec.referer`.',
    'OAuth 1.0a signs the time: compare the clocks. `status.clockSkewSeconds` of the PamConnection shows a difference.',
    'Put the right values into the Secret. That is noticed and tried at once; there is no need to restart anything.',
  ],
  PamPathNotFound: [
    'Check `spec.url` and `spec.apiPrefix`: releases up to 3.32 answer under `/iso`, later ones under `/api`.',
    'A load balancer or gateway that answers instead of PAM Core looks like this too.',
  ],
  PamTlsFailed: [
    'See the certificate: `openssl s_client -connect HOST:443 -servername HOST </dev/null | openssl x509 -noout -dates -issuer -ext subjectAltName`.',
    'Expired or for another host: have it renewed. There is no switch to turn the check off.',
    'From a private authority: put its certificate into `spec.caBundle` or the ConfigMap of `spec.caBundleConfigMap`. It replaces the public authorities.',
  ],
  PamTimeout: [
    "See PAM Core's load, and `pam_operator_api_request_duration_seconds`.",
    'A write whose answer never came may have been applied. The operator finds out by the list before it sends anything again; leave that to it.',
    'Lower `limits.maxInFlight` of the connection if PAM Core cannot keep up. The limit adapts itself below that.',
  ],
  PamUnreachable: [
    'From a Pod of the same namespace: does the name resolve, does the port answer?',
    'Check NetworkPolicies of the operator (egress), firewalls, and `spec.proxyUrl`.',
  ],
  PamRateLimited: [
    'Lower `limits.requestsPerSecond` and `limits.burst` of the connection below what PAM Core allows.',
    'Nothing else: `Retry-After` is honoured for the whole connection.',
  ],
  PamUnavailable: [
    "Take the request id from the operator's audit log and look it up in PAM Core's log.",
    'A lasting "Unexpected error" of one resource often means a value that PAM Core cannot store; the message names `userCredentialOwner` where it is set.',
  ],
  PamInvalidResponse: [
    'Something other than PAM Core answered: a login page, a proxy, a maintenance page. Fetch the URL from a Pod and look.',
    'An answer above the size limit is not read either: raise `--max-inventory-mebibytes` for very long lists.',
  ],
  CircuitOpen: [
    'Calls are paused since others failed. `kubectl get pamconnection C -o wide` shows the cause.',
    'Follow the runbook of that cause. A probe goes out by itself, and everything goes on when it succeeds.',
    'Disables are never paused.',
  ],
  PamRejected: [
    "The number or text is not described for this operation. Take the request id from the operator's audit log and look it up in PAM Core's log.",
    'Correct what PAM Core objects to. A changed spec is tried at once.',
  ],
  SecretNotFound: [
    'The message names Secret and field. Create the Secret in the namespace of the resource; references never cross namespaces.',
    'It is noticed at once with a watch on Secrets, else within `--secrets-poll-interval-seconds`.',
  ],
  SecretKeyNotFound: [
    'The message names the key. See which keys there are: `kubectl get secret S -n NS -o json | jq ".data | keys"`.',
    'Add the key, or correct the reference.',
  ],
  SecretForbidden: [
    'Check with `kubectl auth can-i get secrets -n NS --as system:serviceaccount:pam-operator:pam-operator`.',
    'In namespaced mode add the namespace to `watchNamespaces`, so that the Role is made there.',
  ],
  ParentNotReady: [
    'See the PamCredential that `spec.parentRef` names: `kubectl get pamcredential N -n NS -o wide`. It needs an id.',
    'Parents that point at each other never get ready; the message says so.',
  ],
  ConnectionNotFound: [
    'List the connections: `kubectl get pamconnections`. Without `spec.connection` the name is `default`.',
    '`spec.connection` cannot be changed: make a new resource, or create the connection.',
  ],
  ConnectionNotReady: [
    'See the connection: `kubectl get pamconnection C -o wide`. Its message names the cause.',
    '"Belongs to the installation": another installation of the operator owns the connection. Two must not write to the same one.',
  ],
  NotGranted: [
    'The message prints the grant that would help. The platform team adds it to `spec.grants` of the connection, if it agrees.',
    'Namespaces selected by label: check the labels of the namespace.',
    'The grant is asked for what the spec says and for what the record says: a record that somebody moved may need another one.',
  ],
  SecretValueInvalid: [
    'The message says what is wrong: empty, too long, not UTF-8, or a line break at the end (`echo` adds one; use `printf %s` or `content.trim: true`).',
    'Correct the Secret. PAM Core was not called, nothing is lost.',
  ],
  KeyPairInvalid: [
    'The message says whether the key cannot be read, the halves do not match, or the passphrase does not open it.',
    'Check with `ssh-keygen -y -f KEY`. Formats: OpenSSH, PEM, PKCS#8.',
    'A key that asks for more than 2 s of key derivation is refused on purpose: make it anew with fewer rounds.',
  ],
  InvalidSettings: [
    'The message names the field and the next step.',
    'Correct the resource. Nothing is sent before.',
  ],
  AdoptionRequired: [
    'A record with this user on this device, or with this identifier, exists already. The message names it.',
    'If this resource is to take it over: set `adoptionPolicy: Adopt`, with the operation `Adopt` in a grant. The password in PAM Core is kept.',
    'If not, somebody else keeps that record: remove the resource.',
  ],
  RotatedElsewhere: [
    'PAM Core (or a person) changed the record after our last push, and now the Secret was changed too. Which of the two values is in use on the device?',
    'The value of PAM Core: put the Secret back, or take it out of the resource.',
    'The value of the Secret: `kubectl annotate pamcredential N -n NS pam-operator.io/force-sync="$(date)" --overwrite`. With automatic rotation in PAM Core the two will part again: decide for one of them.',
    'Where the Secret is always right, `content.push: Override` pushes without asking.',
  ],
  DeletionHeld: [
    'Was it meant? More resources were deleted within the window than the brake allows. A namespace or an Argo CD Application that was removed by mistake looks like this.',
    'A mistake: apply the resources again. They find their records, which were not touched.',
    'Meant: `kubectl annotate pamconnection C pam-operator.io/release-deletions="$(date)" --overwrite`. It releases what is held at that moment.',
    'To let go without disabling: `deletionPolicy: Retain`.',
  ],
  DeletionBlocked: [
    'The message names the cause: the connection, a missing `Disable` grant, or an answer of PAM Core. Remove it; the deletion goes on by itself.',
    'To let go of the record as it is: `kubectl patch pamcredential N -n NS --type merge -p \'{"spec":{"deletionPolicy":"Retain"}}\'`.',
    'Without a running operator: `pam-operator release-finalizers`.',
  ],
  DevicesPartlyAssigned: [
    'Compare `spec.devices` with what PAM Core shows for the key.',
    'Register the missing devices, then use a force-sync: it is not tried by itself, since each try sends the key.',
  ],
  InventoryIncomplete: [
    "PAM Core's list has fewer entries than its own message says, or has lost half of them since the last one.",
    'See in PAM Core whether the authorization lost access to records, or a maintenance is under way.',
    'If the loss is real, wait a minute: a list that stays as it is counts again.',
  ],
  InstallKeyUnavailable: [
    "The Secret `pam-operator-install-key` in the operator's namespace cannot be read or made. Check `kubectl auth can-i get,create secrets -n pam-operator --as system:serviceaccount:pam-operator:pam-operator`.",
    'Do not make the Secret by hand. If it is in a backup, restore it; with a new one contents are kept and nothing is pushed until a Secret changes.',
    'Disables of records with a derived identifier go on meanwhile.',
  ],
  InternalError: [
    "Take the `reconcileID` from the operator's log, and report the lines that carry it. They hold no secret.",
    'It is tried again with growing pauses.',
  ],
};
