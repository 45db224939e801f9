import type { InputName } from './inputs.ts';

/** What people call an input elsewhere, or by mistake: in small letters, without `-`, `_` and blanks. */
const words: { readonly [Name in InputName]?: string } = {
  accessKeyId: 'accessKey accessId ak apiKey apiKeyId keyId bceAccessKeyId bceAccessKey',
  secretAccessKey:
    'secretKey secret sk accessKeySecret accessSecret apiSecret bceSecretAccessKey bceSecretKey',
  sessionToken: 'securityToken stsToken bceSessionToken bceSecurityToken',
  region: 'regionId location bceRegion regionName',
  endpoint: 'endpointUrl apiEndpoint bccEndpoint apiUrl baseUrl',
  instanceId:
    'instance instances instanceName instanceNames server servers serverId serverName host hosts hostId vm vms vmId machine machines target targets bccId bccInstanceId',
  instanceTag: 'tag tags label labels instanceLabel instanceLabels selector tagSelector filter filters',
  imageId: 'image images',
  imageName: 'imagePattern imageTag imageFilter',
  adminPass: 'password pass passwd adminPassword rootPass rootPassword instancePassword userPassword',
  keypairId: 'keypair keypairName keypairs sshKey sshKeyId sshKeyName keyName',
  keepImageLogin: 'keepLogin keepPassword keepImagePassword imageLogin keepCredentials preserveLogin',
  userData: 'userScript cloudInit startupScript initScript bootScript firstBootScript customData',
  cleanLastUserData: 'cleanUserData clearUserData useLastUserData forgetUserData resetUserData',
  dryRun:
    'dry isDryRun checkMode checkOnly check plan planOnly preview simulate simulation noop whatIf validateOnly',
  force: 'forceRebuild isForce always overwrite rebuildAlways',
  allowProtected:
    'ignoreProtection allowProtection deletionProtection overrideProtection ignoreDeletionProtection',
  confirmName: 'confirm confirmation confirmInstance confirmInstanceName expectedName expectName name',
  backupImage: 'backup createBackup makeBackup backupFirst snapshot createSnapshot createImage backupBefore',
  backupKeep: 'keepBackups keepBackup backupRetention backupsToKeep backupCount retention keepImages',
  rollback: 'autoRollback rollbackOnFailure rollbackOnError enableRollback undo revert',
  wait: 'noWait waitForCompletion waitUntilDone waitForRunning waitForReady async',
  timeout: 'waitTimeout timeoutMinutes timeoutSeconds timeoutInMinutes deadline maxWait rebuildTimeout',
  pollInterval: 'interval poll polling pollSeconds waitInterval checkInterval pollIntervalSeconds',
  maxUnavailable:
    'batch batchSize maxParallel parallel parallelism concurrency maxInFlight maxConcurrency unavailable',
  canary: 'canaries canaryCount canarySize',
  pauseBetweenBatches: 'pause batchPause batchInterval pauseTime pauseBetween batchDelay delay sleep',
  maxFailures: 'maxErrors failureLimit errorLimit errorBudget maxFail allowedFailures tolerance',
  requestsPerSecond: 'rps qps rate rateLimit maxQps callsPerSecond requestRate',
  healthCheck:
    'health healthUrl healthCheckUrl healthCheckPath healthEndpoint readinessProbe probe smokeTest',
  guestScript: 'script guestCommand postScript healthScript checkScript remoteScript runScript',
  guestUser: 'user runAs scriptUser guestUsername',
  healthDeadline: 'healthTimeout healthCheckTimeout healthyDeadline healthWait',
  minHealthyTime: 'healthyTime minReadySeconds minHealthySeconds minHealthy stableTime',
  blbId:
    'blb lb lbId elb slb loadBalancer loadBalancers loadBalancerId loadBalancerIds appBlbId balancer balancerId',
  drainTime: 'drain drainTimeout drainSeconds drainDelay connectionDraining deregistrationDelay',
  githubToken: 'ghToken repoToken ghsToken',
  environment: 'environmentName deployEnvironment deploymentEnvironment githubEnvironment env',
  environmentUrl: 'deployUrl deploymentUrl siteUrl appUrl',
  summary: 'jobSummary stepSummary writeSummary summarize'
};

/** A name as people mean it: whatever its case, and with or without `-`, `_` and blanks. */
export function bareName(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '');
}

/** The inputs that a bare name usually stands for; none where it is no usual word for one. */
export const synonyms: ReadonlyMap<string, InputName> = new Map(
  Object.entries(words).flatMap(([input, text]) =>
    text.split(' ').map((word): [string, InputName] => [bareName(word), input as InputName])
  )
);
