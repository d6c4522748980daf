using Reeve.Protocol;
using Reeve.Server.Templates;

namespace Reeve.Server.Tests.Templates;

public sealed class TemplateRenderingTests
{
    private const string Json = """
        {"flow": {"name": "etl", "id": "4fd1"}, "event": {"event": "order.created", "payload": {"x": 3, "price": 2.5, "tags": ["b", "a"], "note": "it's <b>", "nothing": null},
          "resource": {"prefect.resource.id": "prefect.flow-run.7a"}},
         "runs": [{"name": "red", "n": 2, "state": {"type": "FAILED"}}, {"name": "Blue", "n": 1, "state": {"type": "COMPLETED"}}, {"name": "red", "n": 5}], "yes": true, "empty": []}
        """;

    private static Dictionary<string, object?> Names { get; } = MakeNames();

    [Theory]
    [InlineData("", "")]
    [InlineData("plain } text % {", "plain } text % {")]
    [InlineData("Flow {{ flow.name }} of {{ event['event'] }}", "Flow etl of order.created")]
    [InlineData("{{ event.payload.x }}{{ event.payload.price }}{{ yes }}{{ event.payload.nothing }}", "32.5TrueNone")]
    [InlineData("[{{ nothing }}{{ nothing.at.all }}{{ flow.nothing['x'] }}{{ nothing[1:2] }}]", "[]")]
    [InlineData("{{ event.payload.tags }} {{ {'a': [1, 1.0, 'it\\'s'], 'b': none} }}", "['b', 'a'] {'a': [1, 1.0, \"it's\"], 'b': None}")]
    [InlineData("{{ event.payload.tags[0] }}{{ event.payload.tags[-1] }}{{ event.payload.tags[9] }}{{ 'abc'[1] }}{{ 'abcd'[1:3] }}{{ 'abcd'[::-1] }}{{ 'abcd'[:-1] }}", "babbcdcbaabc")]
    [InlineData("{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 / 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 2 ** 10 }} {{ 4 / 2 }} {{ -2 ** 2 }}", "7 9 3 -4 3.5 1 2 1024 2.0 4")]
    [InlineData("{{ 'a' ~ 1 ~ none }} {{ 'a' + 'b' }} {{ 'ab' * 2 }} {{ [1] + [2] }}", "a1None ab abab [1, 2]")]
    [InlineData("{{ 1 < 2 < 3 }} {{ 1 == 1.0 }} {{ 'a' != 'b' }} {{ 'b' in event.payload.tags }} {{ 'z' not in 'abc' }} {{ 'x' in event.payload }}", "True True True True True True")]
    [InlineData("{{ 'yes' if event.payload.x > 2 else 'no' }}{{ 'only' if false }}{{ nothing or 'other' }}{{ yes and 1 }}{{ not yes }}", "yesother1False")]
    [InlineData("{{ nothing is defined }} {{ event.payload.nothing is none }} {{ 4 is even and 3 is odd }} {{ 6 is divisibleby 3 }} {{ 'a' is not number }} {{ 3 is in [1, 3] }}", "False True True True True True")]
    [InlineData("{% if runs|length > 5 %}many{% elif runs %}some{% else %}none{% endif %}", "some")]
    [InlineData("{% for run in runs %}{{ loop.index }}:{{ run.name }}{{ ', ' if not loop.last }}{% endfor %}", "1:red, 2:Blue, 3:red")]
    [InlineData("{% for run in runs if run.n > 1 %}{{ loop.length }}{{ run.n }}{% else %}x{% endfor %}{% for a in empty %}{% else %}none{% endfor %}", "2225none")]
    [InlineData("{% for key, value in event.payload.items() if value is number %}{{ key }}={{ value }};{% endfor %}", "x=3;price=2.5;")]
    [InlineData("{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}{% for i in range(2, 8, 3) %}{{ i }}{{ loop.cycle('x', 'y') }}{% endfor %}", "1232x5y")]
    [InlineData("{% set a = 1 %}{% set a, b = 2, 3 %}{{ a }}{{ b }}{% set t %}x{{ b }}{% endset %}{{ t }}{% with a = 9 %}{{ a }}{% endwith %}{{ a }}", "23x392")]
    [InlineData("{% set ns = namespace(sum=0) %}{% for run in runs %}{% set ns.sum = ns.sum + run.n %}{% endfor %}{{ ns.sum }}", "8")]
    [InlineData("{% set seen = 1 %}{% for run in runs %}{% set seen = 2 %}{% endfor %}{{ seen }}", "1")]
    [InlineData("{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(1, b=3) }}{% macro around() %}<{{ caller() }}>{% endmacro %}{% call around() %}in{% endcall %}", "[12][13]<in>")]
    [InlineData("{% filter upper|replace('A', '4') %}banana{% endfilter %}{% raw %}{{ raw }}{% endraw %}{# gone #}{% block b %}in{% endblock %}", "B4N4N4{{ raw }}in")]
    [InlineData("a  {{- ' b ' -}}  c {%- if yes -%} d {%- endif %} e\n", "a b cd e")]
    [InlineData("{{ 'Hello World'|upper }}{{ 'ABC'|lower }}{{ 'abc def'|title }}{{ 'aBC'|capitalize }}", "HELLO WORLDabcAbc DefAbc")]
    [InlineData("{{ nothing|default('x') }}{{ ''|default('y', true) }}{{ ''|d('z') }}{{ none|default('w', boolean=true) }}", "xyw")]
    [InlineData("{{ event.payload.tags|join(', ') }} {{ runs|join('+', attribute='n') }} {{ event.payload.tags|sort|join }} {{ [3, 1, 2]|sort(reverse=true) }}", "b, a 2+1+5 ab [3, 2, 1]")]
    [InlineData("{{ event.payload.tags|tojson }} {{ {'a': none, 'b': [true, 1.5, \"q'\"]}|tojson }}", "[\"b\", \"a\"] {\"a\": null, \"b\": [true, 1.5, \"q\\u0027\"]}")]
    [InlineData("{{ event.payload.note|escape }} {{ '<b>x</b>  y'|striptags }} {{ 'a b&c'|urlencode }}", "it&#39;s &lt;b&gt; x y a%20b%26c")]
    [InlineData("{{ runs|map(attribute='name')|list }} {{ event.payload.tags|map('upper')|join }} {{ runs|selectattr('n', 'gt', 1)|map(attribute='n')|sum }}", "['red', 'Blue', 'red'] BA 7")]
    [InlineData("{{ runs|rejectattr('state')|list|length }} {{ runs|selectattr('state.type', 'equalto', 'FAILED')|map(attribute='name')|first }} {{ [1, 2, 3, 4]|select('even')|list }}", "1 red [2, 4]")]
    [InlineData("{% for key, members in runs|groupby('name') %}{{ key }}{{ members|length }};{% endfor %}{% for group in runs|groupby('name') %}{{ group.grouper }}{{ group.list|length }}{% endfor %}", "Blue1;red2;Blue1red2")]
    [InlineData("{{ [1, 5, 3]|max }}{{ [1, 5, 3]|min }}{{ [1, 5, 3]|last }}{{ [1, 2]|sum(start=10) }}{{ ['a', 'A', 'b']|unique|list }}{{ [1, 2, 3]|reverse|list }}", "51313['a', 'b'][3, 2, 1]")]
    [InlineData("{{ 'abcdefghij klm'|truncate(8, true, '..', 0) }} {{ 3.14159|round(2) }} {{ 2.5|round }} {{ '42'|int + 1 }} {{ 'x'|int(7) }} {{ '1.5'|float }} {{ -3|abs }}", "abcdef.. 3.14 2.0 43 7 1.5 3")]
    [InlineData("{{ '%s has %05.1f, %d%%'|format('a', 2.25, 7) }} {{ '%-4s|' % 'ab' }}", "a has 002.2, 7% ab  |")]
    [InlineData("{{ 1500|filesizeformat }} {{ 'a b c'|wordcount }} {{ 'x'|center(5) }}| {{ 'a\nb'|indent(2) }} {{ [1, 2, 3]|batch(2)|list }} {{ [1, 2, 3]|slice(2)|list }}", "1.5 kB 3   x  | a\n  b [[1, 2], [3]] [[1, 2], [3]]")]
    [InlineData("{{ {'b': 1, 'a': 2}|dictsort }} {{ {'a': 1}.get('x', 5) }} {{ {'a': 1}|items|list }} {{ dict(a=1).keys()|list }} {{ {'a': 'x'}|xmlattr }}", "[['a', 2], ['b', 1]] 5 [['a', 1]] ['a']  a=\"x\"")]
    [InlineData("{{ 'a,b'.split(',') }} {{ ' x '.strip() }} {{ 'prefect.flow-run.7'.removeprefix('prefect.') }} {{ 'abc'.startswith('ab') }} {{ '-'.join(['a', 'b']) }} {{ 'a'.upper() }}", "['a', 'b'] x flow-run.7 True a-b A")]
    [InlineData("{{ event.resource|ui_url }} {{ event|ui_resource_events_url }}", "http://console/runs/flow-run/7a http://console/events?resource=prefect.flow-run.7a")]
    [InlineData("{{ now.strftime('%Y-%m-%d %H:%M') }} {{ now.year }} {{ now }} {{ now.isoformat() }}", "2026-11-20 21:05 2026 2026-11-20 21:05:00+00:00 2026-11-20T21:05:00+00:00")]
    [InlineData("{{ 1e3 }} {{ 0x10 }} {{ 1_000 }} {{ 1e20 }} {{ 9223372036854775807 + 1 }}", "1000.0 16 1000 1e+20 9.223372036854776e+18")]
    public void A_template_is_filled_in(string template, string expected)
    {
        var (text, fault) = Template.Render(template, Names, new TemplateConsole("http://console"));

        Assert.Null(fault);
        Assert.Equal(expected, text);
    }

    [Theory]
    [InlineData("{{ 1 / 0 }}", "divided by zero")]
    [InlineData("{{ 'a' + 1 }}", "a text + a number has no meaning")]
    [InlineData("{{ 'a' < 1 }}", "a text and a number have no order")]
    [InlineData("{{ flow() }}", "'flow' cannot be called: it is a map")]
    [InlineData("{{ flow.__class__.__mro__() }}", "cannot be called")]
    [InlineData("{% for a in 5 %}{% endfor %}", "a number has no items")]
    [InlineData("{% for a, b in [1] %}{% endfor %}", "has no items")]
    [InlineData("{{ ['a']|map('nofilter') }}", "there is no filter 'nofilter'")]
    [InlineData("{{ 'x'|replace('a') }}", "'replace' needs 'new'")]
    [InlineData("{{ flow | tojson | nothing }}", "line 1: there is no filter 'nothing'")]
    [InlineData("{{ range(1000) }}", "at most 100")]
    [InlineData("{{ 'aaaaaaaaaa' * 1000000000 }}", "longer than 1000000")]
    [InlineData("{{ ('a' * 900000) ~ ('a' * 900000) }}", "longer than 1000000")]
    [InlineData("{% for a in range(100) %}{{ 'a' * 20000 }}{% endfor %}", "longer than 1000000")]
    [InlineData("{% for a in ('x' * 99999)|list %}{% for b in ('x' * 99999)|list %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% set a = ['x'] %}{% for i in range(40) %}{% for j in range(2) %}{% set a = a + a %}{{ a|length }}{% endfor %}{% endfor %}{{ ('x' * 900000)|list|length }}", "items")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nested more than 20 deep")]
    [InlineData("{{ ('x' * 900000)|replace('x', 'yy') }}", "longer than 1000000")]
    public void What_cannot_be_filled_in_is_told(string template, string why)
    {
        var (text, fault) = Template.Render(template, Names);

        Assert.Null(text);
        Assert.Contains(why, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_filter_and_test_that_a_template_may_name_is_there()
    {
        Assert.Equal(TemplateNames.Filters.Order(StringComparer.Ordinal), TemplateFilters.All.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(TemplateNames.Tests.Order(StringComparer.Ordinal), TemplateTests.All.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_long_chain_of_operations_is_refused_before_it_costs_stack()
    {
        Assert.Contains("operations", TemplateSyntax.Fault("{{ " + string.Join(" + ", Enumerable.Repeat("1", 100_000)) + " }}")!.Message, StringComparison.Ordinal);
        Assert.Equal("300", Template.Render("{{ " + string.Join(" + ", Enumerable.Repeat("1", 300)) + " }}", Names).Text);
    }

    private static Dictionary<string, object?> MakeNames()
    {
        var names = Template.Names([.. WireJson.Parse(Json).EnumerateObject().Select(member => (member.Name, member.Value))]);
        names["now"] = new DateTimeOffset(2026, 11, 20, 21, 5, 0, TimeSpan.Zero);
        return names;
    }
}
