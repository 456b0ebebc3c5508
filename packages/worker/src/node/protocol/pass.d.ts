import * as $protobuf from "protobufjs";

export namespace scalemix {

    interface ILoss extends scalemix.Loss.$Properties {
    }

    class Loss {
        constructor(properties?: scalemix.Loss.$Properties);
        $unknowns?: Uint8Array[];
        name: string;
        parameters: { [k: string]: number };
        static encode(message: scalemix.Loss.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.Loss & scalemix.Loss.$Shape;
    }

    namespace Loss {
        interface $Properties {
            name?: (string|null);
            parameters?: ({ [k: string]: number }|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.Loss.$Properties;
    }

    interface IFolds extends scalemix.Folds.$Properties {
    }

    class Folds {
        constructor(properties?: scalemix.Folds.$Properties);
        $unknowns?: Uint8Array[];
        count: number;
        by: scalemix.Folds.By;
        seed: number;
        static encode(message: scalemix.Folds.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.Folds & scalemix.Folds.$Shape;
    }

    namespace Folds {
        interface $Properties {
            count?: (number|null);
            by?: (scalemix.Folds.By|null);
            seed?: (number|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.Folds.$Properties;

        enum By {
            MODULO = 0,
            SHUFFLE = 1,
            COLUMN = 2
        }
    }

    interface IMomentsRequest extends scalemix.MomentsRequest.$Properties {
    }

    class MomentsRequest {
        constructor(properties?: scalemix.MomentsRequest.$Properties);
        $unknowns?: Uint8Array[];
        loss?: (scalemix.Loss.$Properties|null);
        gram: boolean;
        folds?: (scalemix.Folds.$Properties|null);
        among?: (scalemix.SampleSelector.$Properties|null);
        static encode(message: scalemix.MomentsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.MomentsRequest & scalemix.MomentsRequest.$Shape;
    }

    namespace MomentsRequest {
        interface $Properties {
            loss?: (scalemix.Loss.$Properties|null);
            gram?: (boolean|null);
            folds?: (scalemix.Folds.$Properties|null);
            among?: (scalemix.SampleSelector.$Properties|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.MomentsRequest.$Properties;
    }

    interface IFeatures extends scalemix.Features.$Properties {
    }

    class Features {
        constructor(properties?: scalemix.Features.$Properties);
        $unknowns?: Uint8Array[];
        indices: Uint8Array;
        static encode(message: scalemix.Features.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.Features & scalemix.Features.$Shape;
    }

    namespace Features {
        interface $Properties {
            indices?: (Uint8Array|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.Features.$Properties;
    }

    interface IGramRequest extends scalemix.GramRequest.$Properties {
    }

    class GramRequest {
        constructor(properties?: scalemix.GramRequest.$Properties);
        $unknowns?: Uint8Array[];
        column: number;
        features?: (scalemix.Features.$Properties|null);
        coarse: boolean;
        static encode(message: scalemix.GramRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.GramRequest & scalemix.GramRequest.$Shape;
    }

    namespace GramRequest {
        interface $Properties {
            column?: (number|null);
            features?: (scalemix.Features.$Properties|null);
            coarse?: (boolean|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.GramRequest.$Properties;
    }

    interface IPassRequest extends scalemix.PassRequest.$Properties {
    }

    class PassRequest {
        constructor(properties?: scalemix.PassRequest.$Properties);
        $unknowns?: Uint8Array[];
        loss?: (scalemix.Loss.$Properties|null);
        columns: number;
        coefficients: Uint8Array;
        intercepts: Uint8Array;
        features?: (scalemix.Features.$Properties|null);
        grams: scalemix.GramRequest.$Properties[];
        folds?: (scalemix.PassFolds.$Properties|null);
        among?: (scalemix.SampleSelector.$Properties|null);
        static encode(message: scalemix.PassRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.PassRequest & scalemix.PassRequest.$Shape;
    }

    namespace PassRequest {
        interface $Properties {
            loss?: (scalemix.Loss.$Properties|null);
            columns?: (number|null);
            coefficients?: (Uint8Array|null);
            intercepts?: (Uint8Array|null);
            features?: (scalemix.Features.$Properties|null);
            grams?: (scalemix.GramRequest.$Properties[]|null);
            folds?: (scalemix.PassFolds.$Properties|null);
            among?: (scalemix.SampleSelector.$Properties|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.PassRequest.$Properties;
    }

    interface IPassFolds extends scalemix.PassFolds.$Properties {
    }

    class PassFolds {
        constructor(properties?: scalemix.PassFolds.$Properties);
        $unknowns?: Uint8Array[];
        by?: (scalemix.Folds.$Properties|null);
        heldOut?: (Uint8Array|null);
        static encode(message: scalemix.PassFolds.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.PassFolds & scalemix.PassFolds.$Shape;
    }

    namespace PassFolds {
        interface $Properties {
            by?: (scalemix.Folds.$Properties|null);
            heldOut?: (Uint8Array|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.PassFolds.$Properties;
    }

    interface ISampleSelector extends scalemix.SampleSelector.$Properties {
    }

    class SampleSelector {
        constructor(properties?: scalemix.SampleSelector.$Properties);
        $unknowns?: Uint8Array[];
        seed: number;
        rate: number;
        negativeRate: number;
        positiveRate: number;
        reference: Uint8Array;
        inverseSquare: Uint8Array;
        working: number;
        within?: (number|null);
        static encode(message: scalemix.SampleSelector.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.SampleSelector & scalemix.SampleSelector.$Shape;
    }

    namespace SampleSelector {
        interface $Properties {
            seed?: (number|null);
            rate?: (number|null);
            negativeRate?: (number|null);
            positiveRate?: (number|null);
            reference?: (Uint8Array|null);
            inverseSquare?: (Uint8Array|null);
            working?: (number|null);
            within?: (number|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.SampleSelector.$Properties;
    }

    interface IRequest extends scalemix.Request.$Properties {
    }

    class Request {
        constructor(properties?: scalemix.Request.$Properties);
        $unknowns?: Uint8Array[];
        moments?: (scalemix.MomentsRequest.$Properties|null);
        pass?: (scalemix.PassRequest.$Properties|null);
        sample?: (scalemix.SampleSelector.$Properties|null);
        kind?: ("moments"|"pass"|"sample");
        static encode(message: scalemix.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.Request & scalemix.Request.$Shape;
    }

    namespace Request {
        interface $Properties {
            moments?: (scalemix.MomentsRequest.$Properties|null);
            pass?: (scalemix.PassRequest.$Properties|null);
            sample?: (scalemix.SampleSelector.$Properties|null);
            kind?: ("moments"|"pass"|"sample");
            $unknowns?: Uint8Array[];
        }
        type $Shape = {
          moments?: scalemix.MomentsRequest.$Shape|null;
          pass?: scalemix.PassRequest.$Shape|null;
          sample?: scalemix.SampleSelector.$Shape|null;
          $unknowns?: Uint8Array[];
        } & (
          ({ kind?: undefined; moments?: null; pass?: null; sample?: null }|{ kind?: "moments"; moments: scalemix.MomentsRequest.$Shape; pass?: null; sample?: null }|{ kind?: "pass"; moments?: null; pass: scalemix.PassRequest.$Shape; sample?: null }|{ kind?: "sample"; moments?: null; pass?: null; sample: scalemix.SampleSelector.$Shape })
        );
    }

    interface IGatheredRows extends scalemix.GatheredRows.$Properties {
    }

    class GatheredRows {
        constructor(properties?: scalemix.GatheredRows.$Properties);
        $unknowns?: Uint8Array[];
        rows: number;
        dense: Uint8Array;
        codes: Uint8Array[];
        indptr: Uint8Array;
        indices: Uint8Array;
        values: Uint8Array;
        response: Uint8Array;
        weights: Uint8Array;
        offset?: (Uint8Array|null);
        static encode(message: scalemix.GatheredRows.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.GatheredRows & scalemix.GatheredRows.$Shape;
    }

    namespace GatheredRows {
        interface $Properties {
            rows?: (number|null);
            dense?: (Uint8Array|null);
            codes?: (Uint8Array[]|null);
            indptr?: (Uint8Array|null);
            indices?: (Uint8Array|null);
            values?: (Uint8Array|null);
            response?: (Uint8Array|null);
            weights?: (Uint8Array|null);
            offset?: (Uint8Array|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.GatheredRows.$Properties;
    }

    interface IReply extends scalemix.Reply.$Properties {
    }

    class Reply {
        constructor(properties?: scalemix.Reply.$Properties);
        $unknowns?: Uint8Array[];
        statistic?: (Uint8Array|null);
        rows?: (scalemix.GatheredRows.$Properties|null);
        kind?: ("statistic"|"rows");
        static encode(message: scalemix.Reply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.Reply & scalemix.Reply.$Shape;
    }

    namespace Reply {
        interface $Properties {
            statistic?: (Uint8Array|null);
            rows?: (scalemix.GatheredRows.$Properties|null);
            kind?: ("statistic"|"rows");
            $unknowns?: Uint8Array[];
        }
        type $Shape = {
          statistic?: Uint8Array|null;
          rows?: scalemix.GatheredRows.$Shape|null;
          $unknowns?: Uint8Array[];
        } & (
          ({ kind?: undefined; statistic?: null; rows?: null }|{ kind?: "statistic"; statistic: Uint8Array; rows?: null }|{ kind?: "rows"; statistic?: null; rows: scalemix.GatheredRows.$Shape })
        );
    }

    interface ILoggedReply extends scalemix.LoggedReply.$Properties {
    }

    class LoggedReply {
        constructor(properties?: scalemix.LoggedReply.$Properties);
        $unknowns?: Uint8Array[];
        requestHash: Uint8Array;
        reply?: (scalemix.Reply.$Properties|null);
        static encode(message: scalemix.LoggedReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.LoggedReply & scalemix.LoggedReply.$Shape;
    }

    namespace LoggedReply {
        interface $Properties {
            requestHash?: (Uint8Array|null);
            reply?: (scalemix.Reply.$Properties|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = {
          requestHash?: Uint8Array|null;
          reply?: scalemix.Reply.$Shape|null;
          $unknowns?: Uint8Array[];
        };
    }
}
