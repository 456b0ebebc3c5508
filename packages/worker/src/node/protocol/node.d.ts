import * as $protobuf from "protobufjs";

export namespace scalemix {

    interface IDescribeRequest extends scalemix.DescribeRequest.$Properties {
    }

    class DescribeRequest {
        constructor(properties?: scalemix.DescribeRequest.$Properties);
        $unknowns?: Uint8Array[];
        protocol: number;
        kernel: string;
        precision: string;
        static encode(message: scalemix.DescribeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.DescribeRequest & scalemix.DescribeRequest.$Shape;
    }

    namespace DescribeRequest {
        interface $Properties {
            protocol?: (number|null);
            kernel?: (string|null);
            precision?: (string|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.DescribeRequest.$Properties;
    }

    interface IDescribeReply extends scalemix.DescribeReply.$Properties {
    }

    class DescribeReply {
        constructor(properties?: scalemix.DescribeReply.$Properties);
        $unknowns?: Uint8Array[];
        threads: number;
        memory: number;
        busy: boolean;
        static encode(message: scalemix.DescribeReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.DescribeReply & scalemix.DescribeReply.$Shape;
    }

    namespace DescribeReply {
        interface $Properties {
            threads?: (number|null);
            memory?: (number|null);
            busy?: (boolean|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.DescribeReply.$Properties;
    }

    interface ILeaseRequest extends scalemix.LeaseRequest.$Properties {
    }

    class LeaseRequest {
        constructor(properties?: scalemix.LeaseRequest.$Properties);
        $unknowns?: Uint8Array[];
        coordinator: string;
        static encode(message: scalemix.LeaseRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.LeaseRequest & scalemix.LeaseRequest.$Shape;
    }

    namespace LeaseRequest {
        interface $Properties {
            coordinator?: (string|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.LeaseRequest.$Properties;
    }

    interface IAttachRequest extends scalemix.AttachRequest.$Properties {
    }

    class AttachRequest {
        constructor(properties?: scalemix.AttachRequest.$Properties);
        $unknowns?: Uint8Array[];
        protocol: number;
        coordinator: string;
        data: string;
        kernel: string;
        precision: string;
        static encode(message: scalemix.AttachRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.AttachRequest & scalemix.AttachRequest.$Shape;
    }

    namespace AttachRequest {
        interface $Properties {
            protocol?: (number|null);
            coordinator?: (string|null);
            data?: (string|null);
            kernel?: (string|null);
            precision?: (string|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.AttachRequest.$Properties;
    }

    interface IAttachReply extends scalemix.AttachReply.$Properties {
    }

    class AttachReply {
        constructor(properties?: scalemix.AttachReply.$Properties);
        $unknowns?: Uint8Array[];
        threads: number;
        memory: number;
        lease: number;
        static encode(message: scalemix.AttachReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.AttachReply & scalemix.AttachReply.$Shape;
    }

    namespace AttachReply {
        interface $Properties {
            threads?: (number|null);
            memory?: (number|null);
            lease?: (number|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.AttachReply.$Properties;
    }

    interface IHeartbeatReply extends scalemix.HeartbeatReply.$Properties {
    }

    class HeartbeatReply {
        constructor(properties?: scalemix.HeartbeatReply.$Properties);
        $unknowns?: Uint8Array[];
        leaving: boolean;
        static encode(message: scalemix.HeartbeatReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.HeartbeatReply & scalemix.HeartbeatReply.$Shape;
    }

    namespace HeartbeatReply {
        interface $Properties {
            leaving?: (boolean|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.HeartbeatReply.$Properties;
    }

    interface IReleaseReply extends scalemix.ReleaseReply.$Properties {
    }

    class ReleaseReply {
        constructor(properties?: scalemix.ReleaseReply.$Properties);
        $unknowns?: Uint8Array[];
        static encode(message: scalemix.ReleaseReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.ReleaseReply & scalemix.ReleaseReply.$Shape;
    }

    namespace ReleaseReply {
        interface $Properties {
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.ReleaseReply.$Properties;
    }

    interface IInspectRequest extends scalemix.InspectRequest.$Properties {
    }

    class InspectRequest {
        constructor(properties?: scalemix.InspectRequest.$Properties);
        $unknowns?: Uint8Array[];
        coordinator: string;
        files: string;
        static encode(message: scalemix.InspectRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.InspectRequest & scalemix.InspectRequest.$Shape;
    }

    namespace InspectRequest {
        interface $Properties {
            coordinator?: (string|null);
            files?: (string|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.InspectRequest.$Properties;
    }

    interface IInspectReply extends scalemix.InspectReply.$Properties {
    }

    class InspectReply {
        constructor(properties?: scalemix.InspectReply.$Properties);
        $unknowns?: Uint8Array[];
        found: string;
        static encode(message: scalemix.InspectReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.InspectReply & scalemix.InspectReply.$Shape;
    }

    namespace InspectReply {
        interface $Properties {
            found?: (string|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.InspectReply.$Properties;
    }

    interface IScanRequest extends scalemix.ScanRequest.$Properties {
    }

    class ScanRequest {
        constructor(properties?: scalemix.ScanRequest.$Properties);
        $unknowns?: Uint8Array[];
        coordinator: string;
        table: string;
        first: number;
        end: number;
        centres: string;
        static encode(message: scalemix.ScanRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.ScanRequest & scalemix.ScanRequest.$Shape;
    }

    namespace ScanRequest {
        interface $Properties {
            coordinator?: (string|null);
            table?: (string|null);
            first?: (number|null);
            end?: (number|null);
            centres?: (string|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.ScanRequest.$Properties;
    }

    interface IScanReply extends scalemix.ScanReply.$Properties {
    }

    class ScanReply {
        constructor(properties?: scalemix.ScanReply.$Properties);
        $unknowns?: Uint8Array[];
        scan: string;
        digests: Uint8Array;
        error?: (scalemix.RowsError.$Properties|null);
        static encode(message: scalemix.ScanReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.ScanReply & scalemix.ScanReply.$Shape;
    }

    namespace ScanReply {
        interface $Properties {
            scan?: (string|null);
            digests?: (Uint8Array|null);
            error?: (scalemix.RowsError.$Properties|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.ScanReply.$Properties;
    }

    interface IRowsError extends scalemix.RowsError.$Properties {
    }

    class RowsError {
        constructor(properties?: scalemix.RowsError.$Properties);
        $unknowns?: Uint8Array[];
        kind: string;
        code: string;
        message: string;
        static encode(message: scalemix.RowsError.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.RowsError & scalemix.RowsError.$Shape;
    }

    namespace RowsError {
        interface $Properties {
            kind?: (string|null);
            code?: (string|null);
            message?: (string|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.RowsError.$Properties;
    }

    interface IOpenRequest extends scalemix.OpenRequest.$Properties {
    }

    class OpenRequest {
        constructor(properties?: scalemix.OpenRequest.$Properties);
        $unknowns?: Uint8Array[];
        coordinator: string;
        shape?: (scalemix.RowsShape.$Properties|null);
        static encode(message: scalemix.OpenRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.OpenRequest & scalemix.OpenRequest.$Shape;
    }

    namespace OpenRequest {
        interface $Properties {
            coordinator?: (string|null);
            shape?: (scalemix.RowsShape.$Properties|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.OpenRequest.$Properties;
    }

    interface IRowsShape extends scalemix.RowsShape.$Properties {
    }

    class RowsShape {
        constructor(properties?: scalemix.RowsShape.$Properties);
        $unknowns?: Uint8Array[];
        rows: number;
        dense: number;
        narrow: boolean;
        codes: number;
        sparse: boolean;
        folds: boolean;
        weights: boolean;
        offset: boolean;
        features: number;
        denseFeatures: Uint8Array;
        codeFeatures: Uint8Array[];
        sparseFeatures: Uint8Array;
        responseCentre: number;
        static encode(message: scalemix.RowsShape.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.RowsShape & scalemix.RowsShape.$Shape;
    }

    namespace RowsShape {
        interface $Properties {
            rows?: (number|null);
            dense?: (number|null);
            narrow?: (boolean|null);
            codes?: (number|null);
            sparse?: (boolean|null);
            folds?: (boolean|null);
            weights?: (boolean|null);
            offset?: (boolean|null);
            features?: (number|null);
            denseFeatures?: (Uint8Array|null);
            codeFeatures?: (Uint8Array[]|null);
            sparseFeatures?: (Uint8Array|null);
            responseCentre?: (number|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.RowsShape.$Properties;
    }

    interface IOpenReply extends scalemix.OpenReply.$Properties {
    }

    class OpenReply {
        constructor(properties?: scalemix.OpenReply.$Properties);
        $unknowns?: Uint8Array[];
        blocks: Uint8Array;
        hashes: Uint8Array;
        static encode(message: scalemix.OpenReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.OpenReply & scalemix.OpenReply.$Shape;
    }

    namespace OpenReply {
        interface $Properties {
            blocks?: (Uint8Array|null);
            hashes?: (Uint8Array|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.OpenReply.$Properties;
    }

    interface IBlockPiece extends scalemix.BlockPiece.$Properties {
    }

    class BlockPiece {
        constructor(properties?: scalemix.BlockPiece.$Properties);
        $unknowns?: Uint8Array[];
        coordinator: string;
        block: number;
        rows: number;
        entries: number;
        hash: Uint8Array;
        bytes: Uint8Array;
        static encode(message: scalemix.BlockPiece.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.BlockPiece & scalemix.BlockPiece.$Shape;
    }

    namespace BlockPiece {
        interface $Properties {
            coordinator?: (string|null);
            block?: (number|null);
            rows?: (number|null);
            entries?: (number|null);
            hash?: (Uint8Array|null);
            bytes?: (Uint8Array|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.BlockPiece.$Properties;
    }

    interface IReadRequest extends scalemix.ReadRequest.$Properties {
    }

    class ReadRequest {
        constructor(properties?: scalemix.ReadRequest.$Properties);
        $unknowns?: Uint8Array[];
        coordinator: string;
        table: string;
        first: number;
        hashes: Uint8Array;
        scanned: boolean;
        static encode(message: scalemix.ReadRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.ReadRequest & scalemix.ReadRequest.$Shape;
    }

    namespace ReadRequest {
        interface $Properties {
            coordinator?: (string|null);
            table?: (string|null);
            first?: (number|null);
            hashes?: (Uint8Array|null);
            scanned?: (boolean|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.ReadRequest.$Properties;
    }

    interface ILoadReply extends scalemix.LoadReply.$Properties {
    }

    class LoadReply {
        constructor(properties?: scalemix.LoadReply.$Properties);
        $unknowns?: Uint8Array[];
        blocks: number;
        static encode(message: scalemix.LoadReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.LoadReply & scalemix.LoadReply.$Shape;
    }

    namespace LoadReply {
        interface $Properties {
            blocks?: (number|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.LoadReply.$Properties;
    }

    interface ITreeNode extends scalemix.TreeNode.$Properties {
    }

    class TreeNode {
        constructor(properties?: scalemix.TreeNode.$Properties);
        $unknowns?: Uint8Array[];
        level: number;
        index: number;
        static encode(message: scalemix.TreeNode.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.TreeNode & scalemix.TreeNode.$Shape;
    }

    namespace TreeNode {
        interface $Properties {
            level?: (number|null);
            index?: (number|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.TreeNode.$Properties;
    }

    interface IComputeRequest extends scalemix.ComputeRequest.$Properties {
    }

    class ComputeRequest {
        constructor(properties?: scalemix.ComputeRequest.$Properties);
        $unknowns?: Uint8Array[];
        coordinator: string;
        request: Uint8Array;
        nodes: scalemix.TreeNode.$Properties[];
        static encode(message: scalemix.ComputeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.ComputeRequest & scalemix.ComputeRequest.$Shape;
    }

    namespace ComputeRequest {
        interface $Properties {
            coordinator?: (string|null);
            request?: (Uint8Array|null);
            nodes?: (scalemix.TreeNode.$Properties[]|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.ComputeRequest.$Properties;
    }

    interface IComputeReply extends scalemix.ComputeReply.$Properties {
    }

    class ComputeReply {
        constructor(properties?: scalemix.ComputeReply.$Properties);
        $unknowns?: Uint8Array[];
        node?: (scalemix.TreeNode.$Properties|null);
        statistic: Uint8Array;
        rows: Uint8Array;
        static encode(message: scalemix.ComputeReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): scalemix.ComputeReply & scalemix.ComputeReply.$Shape;
    }

    namespace ComputeReply {
        interface $Properties {
            node?: (scalemix.TreeNode.$Properties|null);
            statistic?: (Uint8Array|null);
            rows?: (Uint8Array|null);
            $unknowns?: Uint8Array[];
        }
        type $Shape = scalemix.ComputeReply.$Properties;
    }
}
