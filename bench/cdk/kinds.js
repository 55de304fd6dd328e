// Pulumi types as L1 constructs: module, class, and properties about as many as a phase gives.
const arn = 'arn:aws:iam::111122223333:role/app';
const key = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const policy = (action) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: '*', Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } }],
});
const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { Service: 'pods.eks.amazonaws.com' } }] };
const tags = [{ key: 'Name', value: 'app' }, { key: 'owner', value: 'team' }];
const id = (prefix, n) => `${prefix}-${n.toString(16).padStart(17, '0')}`;
const subnets = (n) => [1, 2, 3].map((each) => id('subnet', 8 * n + each));
const check = { type: 'HTTPS', fullyQualifiedDomainName: 'app.example.com', port: 443, requestInterval: 30, failureThreshold: 3 };
const rule = (name, priority) => ({
  name, priority, overrideAction: { none: {} },
  statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
  visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: name, sampledRequestsEnabled: true },
});

const bucket = ['aws-s3', 'CfnBucket', (n) => ({
  bucketEncryption: { serverSideEncryptionConfiguration: [{ bucketKeyEnabled: true, serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key } }] },
  versioningConfiguration: { status: 'Enabled' },
  publicAccessBlockConfiguration: { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
  tags,
})];

module.exports = {
  'aws:acm/certificate:Certificate': ['aws-certificatemanager', 'CfnCertificate', (n) => ({ domainName: `app${n}.example.com`, validationMethod: 'DNS', tags })],
  'aws:cloudfront/cachePolicy:CachePolicy': ['aws-cloudfront', 'CfnCachePolicy', (n) => ({ cachePolicyConfig: {
    name: `app${n}`, defaultTtl: 86400, maxTtl: 31536000, minTtl: 1,
    parametersInCacheKeyAndForwardedToOrigin: { cookiesConfig: { cookieBehavior: 'none' }, headersConfig: { headerBehavior: 'none' }, queryStringsConfig: { queryStringBehavior: 'all' }, enableAcceptEncodingGzip: true },
  } })],
  'aws:cloudfront/distribution:Distribution': ['aws-cloudfront', 'CfnDistribution', (n) => ({ distributionConfig: {
    enabled: true, aliases: [`app${n}.example.com`],
    origins: [{ id: 'origin', domainName: 'origin.example.com', customOriginConfig: { originProtocolPolicy: 'https-only', httpsPort: 443 } }],
    defaultCacheBehavior: { targetOriginId: 'origin', viewerProtocolPolicy: 'redirect-to-https', cachePolicyId: 'policy', compress: true },
    viewerCertificate: { acmCertificateArn: arn, sslSupportMethod: 'sni-only', minimumProtocolVersion: 'TLSv1.2_2021' },
  }, tags })],
  'aws:cloudfront/originAccessControl:OriginAccessControl': ['aws-cloudfront', 'CfnOriginAccessControl', (n) => ({ originAccessControlConfig: { name: `app${n}`, originAccessControlOriginType: 's3', signingBehavior: 'always', signingProtocol: 'sigv4' } })],
  'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy': ['aws-cloudfront', 'CfnResponseHeadersPolicy', (n) => ({ responseHeadersPolicyConfig: { name: `app${n}`, securityHeadersConfig: { contentTypeOptions: { override: true } } } })],
  'aws:cloudwatch/dashboard:Dashboard': ['aws-cloudwatch', 'CfnDashboard', (n) => ({ dashboardBody: JSON.stringify({ widgets: Array(12).fill({ type: 'metric', properties: { region: 'us-east-1' } }) }) })],
  'aws:cloudwatch/logGroup:LogGroup': ['aws-logs', 'CfnLogGroup', (n) => ({ logGroupName: `/app${n}`, retentionInDays: 90, kmsKeyId: key, tags })],
  'aws:cloudwatch/metricAlarm:MetricAlarm': ['aws-cloudwatch', 'CfnAlarm', (n) => ({ comparisonOperator: 'GreaterThanThreshold', evaluationPeriods: 3, metricName: 'CPUUtilization', namespace: 'AWS/RDS', period: 60, statistic: 'Average', threshold: 80, alarmActions: [arn], dimensions: [{ name: 'DBInstanceIdentifier', value: 'app' }] })],
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': ['aws-ec2', 'CfnSecurityGroup', (n) => ({ groupDescription: 'nothing', vpcId: id('vpc', n), tags })],
  'aws:ec2/eip:Eip': ['aws-ec2', 'CfnEIP', (n) => ({ domain: 'vpc', tags })],
  'aws:ec2/flowLog:FlowLog': ['aws-ec2', 'CfnFlowLog', (n) => ({ resourceId: id('vpc', n), resourceType: 'VPC', trafficType: 'ALL', logDestinationType: 'cloud-watch-logs', logGroupName: '/flow', deliverLogsPermissionArn: arn, tags })],
  'aws:ec2/internetGateway:InternetGateway': ['aws-ec2', 'CfnInternetGateway', (n) => ({ tags })],
  'aws:ec2/managedPrefixList:ManagedPrefixList': ['aws-ec2', 'CfnPrefixList', (n) => ({ addressFamily: 'IPv4', prefixListName: `app${n}`, maxEntries: 2, entries: [{ cidr: '10.0.0.0/16', description: `app${n}` }] })],
  'aws:ec2/natGateway:NatGateway': ['aws-ec2', 'CfnNatGateway', (n) => ({ allocationId: id('eipalloc', n), subnetId: id('subnet', n), tags })],
  'aws:ec2/route:Route': ['aws-ec2', 'CfnRoute', (n) => ({ routeTableId: id('rtb', n), destinationCidrBlock: '0.0.0.0/0', natGatewayId: id('nat', n) })],
  'aws:ec2/routeTable:RouteTable': ['aws-ec2', 'CfnRouteTable', (n) => ({ vpcId: id('vpc', n), tags })],
  'aws:ec2/routeTableAssociation:RouteTableAssociation': ['aws-ec2', 'CfnSubnetRouteTableAssociation', (n) => ({ routeTableId: id('rtb', n), subnetId: id('subnet', n) })],
  'aws:ec2/securityGroup:SecurityGroup': ['aws-ec2', 'CfnSecurityGroup', (n) => ({ groupDescription: `app${n}`, groupName: `app${n}`, vpcId: id('vpc', n), tags })],
  'aws:ec2/subnet:Subnet': ['aws-ec2', 'CfnSubnet', (n) => ({ vpcId: id('vpc', n), availabilityZone: 'us-east-1a', cidrBlock: `10.${n >> 8}.${n % 256}.0/24`, tags })],
  'aws:ec2/vpc:Vpc': ['aws-ec2', 'CfnVPC', (n) => ({ cidrBlock: '10.0.0.0/16', enableDnsHostnames: true, enableDnsSupport: true, tags })],
  'aws:ec2/vpcEndpoint:VpcEndpoint': ['aws-ec2', 'CfnVPCEndpoint', (n) => ({ vpcId: id('vpc', n), serviceName: 'com.amazonaws.us-east-1.kms', vpcEndpointType: 'Interface', privateDnsEnabled: true, subnetIds: subnets(n), securityGroupIds: [id('sg', n)] })],
  'aws:ec2/vpcPeeringConnection:VpcPeeringConnection': ['aws-ec2', 'CfnVPCPeeringConnection', (n) => ({ vpcId: id('vpc', n), peerVpcId: id('vpc', n + 4096), peerRegion: 'us-west-2', tags })],
  'aws:ecr/repository:Repository': ['aws-ecr', 'CfnRepository', (n) => ({ repositoryName: `app${n}`, imageTagMutability: 'IMMUTABLE', imageScanningConfiguration: { scanOnPush: true }, encryptionConfiguration: { encryptionType: 'KMS', kmsKey: key }, tags })],
  'aws:eks/accessEntry:AccessEntry': ['aws-eks', 'CfnAccessEntry', (n) => ({ clusterName: `app${n}`, principalArn: arn, accessPolicies: [{ policyArn: arn, accessScope: { type: 'cluster' } }], tags })],
  'aws:eks/addon:Addon': ['aws-eks', 'CfnAddon', (n) => ({ clusterName: `app${n}`, addonName: 'coredns', resolveConflicts: 'OVERWRITE', tags })],
  'aws:eks/cluster:Cluster': ['aws-eks', 'CfnCluster', (n) => ({ name: `app${n}`, roleArn: arn, version: '1.35', resourcesVpcConfig: { subnetIds: subnets(n), endpointPrivateAccess: true, publicAccessCidrs: ['203.0.113.0/24'] }, computeConfig: { enabled: true }, tags })],
  'aws:eks/podIdentityAssociation:PodIdentityAssociation': ['aws-eks', 'CfnPodIdentityAssociation', (n) => ({ clusterName: `app${n}`, namespace: 'app', serviceAccount: 'app', roleArn: arn, tags })],
  'aws:elasticache/globalReplicationGroup:GlobalReplicationGroup': ['aws-elasticache', 'CfnGlobalReplicationGroup', (n) => ({ members: [{ replicationGroupId: `app${n}`, replicationGroupRegion: 'us-east-1', role: 'PRIMARY' }], globalReplicationGroupIdSuffix: `app${n}` })],
  'aws:elasticache/parameterGroup:ParameterGroup': ['aws-elasticache', 'CfnParameterGroup', (n) => ({ cacheParameterGroupFamily: 'valkey8', description: `app${n}`, properties: { 'maxmemory-policy': 'allkeys-lru' } })],
  'aws:elasticache/replicationGroup:ReplicationGroup': ['aws-elasticache', 'CfnReplicationGroup', (n) => ({ replicationGroupDescription: 'app', engine: 'valkey', cacheNodeType: 'cache.r7g.large', numNodeGroups: 3, replicasPerNodeGroup: 1, atRestEncryptionEnabled: true, transitEncryptionEnabled: true, kmsKeyId: key, tags })],
  'aws:elasticache/subnetGroup:SubnetGroup': ['aws-elasticache', 'CfnSubnetGroup', (n) => ({ description: `app${n}`, subnetIds: subnets(n), tags })],
  'aws:elasticache/user:User': ['aws-elasticache', 'CfnUser', (n) => ({ engine: 'valkey', userId: `app${n}`, userName: `app${n}`, accessString: 'on ~* +@all', tags })],
  'aws:elasticache/userGroup:UserGroup': ['aws-elasticache', 'CfnUserGroup', (n) => ({ engine: 'valkey', userGroupId: `app${n}`, userIds: ['app'], tags })],
  'aws:iam/role:Role': ['aws-iam', 'CfnRole', (n) => ({ assumeRolePolicyDocument: trust, description: `app${n}`, tags })],
  'aws:iam/rolePolicy:RolePolicy': ['aws-iam', 'CfnRolePolicy', (n) => ({ policyName: `app${n}`, roleName: `app${n}`, policyDocument: policy(['kms:Decrypt', 'secretsmanager:GetSecretValue']) })],
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': ['aws-iam', 'CfnRolePolicy', (n) => ({ policyName: `app${n}`, roleName: `app${n}`, policyDocument: policy('logs:PutLogEvents') })],
  'aws:kms/alias:Alias': ['aws-kms', 'CfnAlias', (n) => ({ aliasName: `alias/app${n}`, targetKeyId: key })],
  'aws:kms/key:Key': ['aws-kms', 'CfnKey', (n) => ({ description: `app${n}`, enableKeyRotation: true, keyPolicy: policy('kms:*'), pendingWindowInDays: 30, tags })],
  'aws:lb/listener:Listener': ['aws-elasticloadbalancingv2', 'CfnListener', (n) => ({ loadBalancerArn: arn, port: 443, protocol: 'HTTPS', sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06', certificates: [{ certificateArn: arn }], defaultActions: [{ type: 'forward', targetGroupArn: arn }] })],
  'aws:lb/loadBalancer:LoadBalancer': ['aws-elasticloadbalancingv2', 'CfnLoadBalancer', (n) => ({ name: `app${n}`, type: 'application', scheme: 'internet-facing', subnets: subnets(n), securityGroups: [id('sg', n)], loadBalancerAttributes: [{ key: 'deletion_protection.enabled', value: 'true' }], tags })],
  'aws:lb/targetGroup:TargetGroup': ['aws-elasticloadbalancingv2', 'CfnTargetGroup', (n) => ({ name: `app${n}`, port: 8080, protocol: 'HTTPS', targetType: 'ip', vpcId: id('vpc', n), healthCheckPath: '/healthz', matcher: { httpCode: '200' }, tags })],
  'aws:rds/instance:Instance': ['aws-rds', 'CfnDBInstance', (n) => ({ dbInstanceIdentifier: `app${n}`, engine: 'postgres', engineVersion: '17.6', dbInstanceClass: 'db.r7g.2xlarge', allocatedStorage: '500', storageType: 'gp3', storageEncrypted: true, kmsKeyId: key, multiAz: true, backupRetentionPeriod: 30, deletionProtection: true, dbSubnetGroupName: `app${n}`, dbParameterGroupName: `app${n}`, vpcSecurityGroups: [id('sg', n)], masterUsername: `app${n}`, manageMasterUserPassword: true, enablePerformanceInsights: true, monitoringInterval: 60, monitoringRoleArn: arn, tags })],
  'aws:rds/parameterGroup:ParameterGroup': ['aws-rds', 'CfnDBParameterGroup', (n) => ({ description: `app${n}`, family: 'postgres17', parameters: { 'rds.force_ssl': '1', log_min_duration_statement: '1000' }, tags })],
  'aws:rds/subnetGroup:SubnetGroup': ['aws-rds', 'CfnDBSubnetGroup', (n) => ({ dbSubnetGroupDescription: 'app', subnetIds: subnets(n), tags })],
  'aws:route53/healthCheck:HealthCheck': ['aws-route53', 'CfnHealthCheck', (n) => ({ healthCheckConfig: check, healthCheckTags: tags })],
  'aws:route53/record:Record': ['aws-route53', 'CfnRecordSet', (n) => ({ name: `app${n}.example.com`, type: 'CNAME', ttl: '60', hostedZoneId: 'Z0123456789ABCDEFGHIJ', resourceRecords: ['target.example.com'], setIdentifier: 'primary', failover: 'PRIMARY' })],
  'aws:route53/zone:Zone': ['aws-route53', 'CfnHostedZone', (n) => ({ name: `zone${n}.example.com`, hostedZoneTags: tags })],
  'aws:s3/bucket:Bucket': bucket,
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': bucket,
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': bucket,
  'aws:s3/bucketPolicy:BucketPolicy': ['aws-s3', 'CfnBucketPolicy', (n) => ({ bucket: `app${n}`, policyDocument: policy('s3:*') })],
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': bucket,
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': bucket,
  'aws:s3/bucketVersioning:BucketVersioning': bucket,
  'aws:secretsmanager/secret:Secret': ['aws-secretsmanager', 'CfnSecret', (n) => ({ name: `app${n}`, description: `app${n}`, kmsKeyId: key, tags })],
  'aws:secretsmanager/secretVersion:SecretVersion': ['aws-secretsmanager', 'CfnSecret', (n) => ({ name: `app${n}`, secretString: 'x', kmsKeyId: key })],
  'aws:sns/topic:Topic': ['aws-sns', 'CfnTopic', (n) => ({ topicName: `app${n}`, kmsMasterKeyId: key, tags })],
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': ['aws-ec2', 'CfnSecurityGroupEgress', (n) => ({ groupId: id('sg', n), ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '10.0.0.0/16' })],
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': ['aws-ec2', 'CfnSecurityGroupIngress', (n) => ({ groupId: id('sg', n), ipProtocol: 'tcp', fromPort: 5432, toPort: 5432, sourceSecurityGroupId: id('sg', n + 4096) })],
  'aws:wafv2/webAcl:WebAcl': ['aws-wafv2', 'CfnWebACL', (n) => ({ name: `app${n}`, scope: 'CLOUDFRONT', defaultAction: { allow: {} }, visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: `app${n}`, sampledRequestsEnabled: true }, rules: [rule('AWSManagedRulesCommonRuleSet', 1), rule('AWSManagedRulesSQLiRuleSet', 2)], tags })],
};
