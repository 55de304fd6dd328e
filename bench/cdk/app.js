// An L1 app with the resources that BENCH_RESOURCES counts, a JSON object by Pulumi type.
const { App, Stack } = require('aws-cdk-lib');
const kinds = require('./kinds');

const MOST_IN_A_STACK = 400; // CloudFormation takes 500, the CDK's own metadata among them
const FOR_OTHERS = 'aws:cloudwatch/logGroup:LogGroup'; // what CloudFormation has as a part of another resource, or not at all

const app = new App();
const counts = JSON.parse(process.env.BENCH_RESOURCES);
let made = 0;
let stack;
for (const [type, count] of Object.entries(counts)) {
  const [module, name, properties] = kinds[type] ?? kinds[FOR_OTHERS];
  const Kind = require(`aws-cdk-lib/${module}`)[name];
  for (let number = 0; number < count; number++) {
    if (made % MOST_IN_A_STACK === 0) stack = new Stack(app, `stack-${made / MOST_IN_A_STACK}`);
    new Kind(stack, `${name}${made}`, properties(made));
    made++;
  }
}
app.synth();
