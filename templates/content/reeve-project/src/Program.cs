using MyFlows;
using Reeve;

// dotnet run                 runs the flow once
// dotnet run -- serve        runs the runs of a deployment in this process
// dotnet run -- deploy       registers the deployments for the workers of their work pools
switch (args)
{
    case ["serve"]:
        await Deployment.ServeAsync(Deployments.Dev with { WorkPool = null });
        break;
    case ["deploy"]:
        await Deployment.ApplyAsync([Deployments.Dev, Deployments.Prod]);
        break;
    default:
        await Etl.Import("orders", limit: 10);
        break;
}
