using Microsoft.Extensions.DependencyInjection;

namespace Reeve.Hosting;

/// <summary>Instances of the classes that flows are methods of. A class of its own, so that a program without a host loads no container's assembly.</summary>
internal static class ScopedInstances
{
    /// <summary>The registered instance, else a new one whose constructor gets its arguments from the services.</summary>
    /// <exception cref="InvalidOperationException">Something that the constructor needs is not registered.</exception>
    public static object Make(IServiceProvider services, Type type) =>
        services.GetService(type) ?? ActivatorUtilities.CreateInstance(services, type);
}
