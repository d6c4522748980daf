using System.Text.Json;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Leases;

namespace Reeve.Protocol.Tests.Json;

public sealed class WireDefaultsTests
{
    private static T Read<T>(string json) => JsonSerializer.Deserialize(json, WireJson.TypeInfo<T>())!;

    [Fact]
    public void Absent_field_keeps_the_default_of_its_type()
    {
        Assert.True(Read<CronSchedule>("""{"cron": "@daily"}""").DayOr);
        Assert.Equal(60, Read<Claim>("""{"worker_name": "w"}""").LeaseSeconds);
        Assert.True(Read<BlockDocumentUpdate>("{}").MergeExistingData);
        Assert.Equal(JsonValueKind.Object, Read<BlockSchemaCreate>("""{"block_type_id": "00000000-0000-0000-0000-000000000001"}""").Fields.ValueKind);
    }

    [Fact]
    public void No_property_with_a_default_is_init_only()
    {
        var lost =
            from type in typeof(WireJson).Assembly.GetExportedTypes()
            where type.GetConstructor([]) is not null && !type.IsAbstract && !type.ContainsGenericParameters
            let fresh = Activator.CreateInstance(type)
            from property in type.GetProperties()
            where property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)) == true
            let value = property.GetValue(fresh)
            where value is not null && !value.Equals(property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null)
            select $"{type.Name}.{property.Name}";
        Assert.Empty(lost);
    }
}
